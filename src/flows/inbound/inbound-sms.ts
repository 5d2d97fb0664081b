import type { Logger } from 'pino'
import type { Msisdn } from '../../domain/contact.ts'
import { readKeyword, type KeywordAction, type KeywordLanguage } from '../../domain/sms/keywords.ts'
import {
  SANDBOX,
  type CallbackReply,
  type InboundSms,
  type ProviderCallback,
  type SmsProvider,
} from '../../domain/provider.ts'
import { measureText } from '../../domain/sms/sms-text.ts'
import { detourOf, type StagingRules } from '../../domain/staging.ts'
import type { Db, DbClient } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import { insertInbound, noteReply, readReplies } from '../../store/inbound/inbound.ts'
import {
  addPart,
  dropParts,
  forgetJoined,
  listIncomplete,
  lockParts,
  markJoined,
  readParts,
  type PartSet,
} from '../../store/inbound/inbound-parts.ts'
import { insertMessages, type NewMessage } from '../../store/sms/messages.ts'
import { addOptOuts, isOptedOut, letReplyPass, removeOptOuts } from '../../store/inbound/opt-outs.ts'
import { inTransaction } from '../../store/transaction.ts'
import { isAnswerable, mayReply, REPLY_MINUTES, replyTo, type ReplyRules } from './consent-replies.ts'
import { cleaned, joined, setOf, wholeOf, type WholeText } from './inbound-texts.ts'

export type InboundTaken =
  | { readonly kind: 'accepted'; readonly reply: CallbackReply | null }
  | { readonly kind: 'forged' | 'malformed' | 'unknown' }

/** What people send to us: stored before it is acknowledged, and believed only when verified. */
export interface InboundFlow {
  /** A call to `/callbacks/{provider}/inbound`. Resolves after COMMIT; `unknown`: no such provider, or it tells of none so. */
  accept(provider: string, callback: ProviderCallback): Promise<InboundTaken>
  /** One text, or part of one, that is known to be genuine. Resolves after COMMIT; rejects where it was not stored: it is to come again. */
  take(inbound: InboundSms): Promise<void>
  /** Texts of which some never came are stored as they are, a day later. */
  joinOld(): Promise<void>
}

export interface InboundParts {
  readonly db: Db
  readonly log: Logger
  readonly providers: ReadonlyMap<string, SmsProvider>
  /** Of the number that a text was sent to. */
  readonly senderGroupOf: (sender: string | null) => string
  readonly replies: ReplyRules
  /** Null: everybody may be reached. */
  readonly staging: StagingRules | null
  /** The database's. */
  readonly clock: () => Date
  /** After COMMIT: something came. `stored`: what each text that was not there before asks for; null: nothing. */
  readonly onTaken: (provider: string, stored: readonly (KeywordAction | null)[]) => void
}

/** Incomplete texts in one look. */
const AT_ONCE = 100

export function createInboundFlow(parts: InboundParts): InboundFlow {
  const { db, log } = parts

  async function take(inbound: InboundSms): Promise<void> {
    const text = cleaned(inbound)
    const part = setOf(text)
    const stored = await refusing(() =>
      inTransaction(db, (client) =>
        part === null
          ? store(parts, client, wholeOf(text, parts.clock()))
          : takePart(parts, client, part.set, { ...text, number: part.number }),
      ),
    )
    parts.onTaken(text.provider, stored)
  }

  return {
    take,
    async accept(name, callback) {
      const reading = parts.providers.get(name)?.readInbound?.(callback)
      if (reading === undefined) return { kind: 'unknown' }
      switch (reading.kind) {
        case 'forged':
        case 'malformed':
          return { kind: reading.kind }
        case 'ignored':
        case 'receipts':
          return { kind: 'accepted', reply: null }
        case 'inbound':
          for (const message of reading.messages) await take(message)
          return { kind: 'accepted', reply: reading.reply ?? null }
      }
    },
    async joinOld() {
      for (const set of await listIncomplete(db, AT_ONCE)) {
        const stored = await inTransaction(db, async (client) => {
          await lockParts(client, set)
          const known = await readParts(client, set)
          if (known.joined || known.parts.length === 0) return []
          await dropParts(client, set)
          return store(parts, client, joined(set, known.parts))
        })
        if (stored.length === 0) continue
        log.warn({ event: 'inbound.incomplete', provider: set.provider }, 'a part of a text never came')
        parts.onTaken(set.provider, stored)
      }
      await forgetJoined(db)
    },
  }
}

async function takePart(
  parts: InboundParts,
  client: DbClient,
  set: PartSet,
  { number, text, handled, at }: InboundSms & { readonly number: number },
): Promise<Stored> {
  await lockParts(client, set)
  const known = await readParts(client, set)
  const same = known.parts.find((one) => one.number === number)
  if (same?.text === text) return []
  const before: (KeywordAction | null)[] = []
  if (same !== undefined) {
    // The phone has come to this reference again: what was left of the text before is as whole as it will ever be.
    if (!known.joined) before.push(...(await store(parts, client, joined(set, known.parts))))
    await dropParts(client, set)
  }
  await addPart(client, set, { number, text, handled, sentAt: at })
  const { parts: all } = await readParts(client, set)
  if (all.length < set.total) return before
  await markJoined(client, set)
  return [...before, ...(await store(parts, client, joined(set, all)))]
}

/** What each text asks for that was not there before; null: nothing. */
type Stored = readonly (KeywordAction | null)[]

/** What a text asks for. */
interface Wish {
  readonly action: KeywordAction | null
  readonly keyword: string | null
  readonly language: KeywordLanguage | null
  readonly review: boolean
}

/**
 * A STOP counts each time it comes, whatever was stored of it before: rather one too many. A START counts once: one that comes again after a
 * later STOP must not undo it.
 */
async function store(parts: InboundParts, client: DbClient, text: WholeText): Promise<Stored> {
  const person = isAnswerable(text.from, text.to) ? text.from : null
  const group = parts.senderGroupOf(text.to)
  const wish = await readWish(client, text, person, group)
  const { action, keyword, review } = wish
  const id = await insertInbound(client, {
    ...text,
    contact: text.from,
    sentTo: text.to,
    sentAt: text.at,
    action,
    keyword,
    // A STOP of somebody whose number can't be told opts nobody out: a person has to look.
    review: review || (action === 'stop' && person === null),
  })
  if (person !== null && action !== null) await heed(parts, client, { text, person, group, id }, { ...wish, action })
  return id === null ? [] : [action]
}

/** A text of somebody who can be sent one; `id` null: it came before. */
interface Said {
  readonly text: WholeText
  readonly person: Msisdn
  readonly group: string
  readonly id: number | null
}

async function heed(
  parts: InboundParts,
  client: DbClient,
  { text, person, group, id }: Said,
  { action, keyword, language }: Wish & { readonly action: KeywordAction },
): Promise<void> {
  const who = { contact: person, group, keyword, by: text.provider, inboundId: id }
  const stopped = action === 'stop' ? await addOptOuts(client, 'inbound', [who]) : 0
  if (id === null) return
  const back = action === 'start' ? await removeOptOuts(client, 'inbound', who) : 0
  const answer = replyTo(parts.replies, {
    action,
    language,
    changed: stopped + back > 0,
    handled: text.handled !== null,
    providerAnswers: parts.providers.get(text.provider)?.answersKeywords === true,
  })
  if (answer === null || !mayReply(action, await readReplies(client, person, REPLY_MINUTES))) return
  await reply(parts, client, { text, person, group, id, answer })
}

/** What the provider took it for, else what its words say. A YES asks for something only after a STOP. */
async function readWish(client: DbClient, text: WholeText, person: Msisdn | null, group: string): Promise<Wish> {
  const reading = readKeyword(text.text)
  const keyword = reading.kind === 'keyword' ? reading.keyword : null
  const review = text.handled === null && reading.kind === 'review'
  const language = keyword?.language ?? null
  if (text.handled !== null) return { action: text.handled, keyword: keyword?.word ?? null, language, review }
  const idle = keyword?.onlyAfterStop === true && (person === null || !(await isOptedOut(client, person, group)))
  if (keyword === null || idle) return { action: null, keyword: null, language: null, review }
  return { action: keyword.action, keyword: keyword.word, language, review }
}

interface Reply extends Said {
  readonly id: number
  readonly answer: string
}

/** Waits in `due` like any other message. Goes out by the way that the text came in, and past the opt-out that it confirms. */
async function reply(
  { staging }: InboundParts,
  client: DbClient,
  { text, person, group, id, answer }: Reply,
): Promise<void> {
  const detour = staging === null || text.provider === SANDBOX ? null : detourOf(staging, person)
  const provider = detour?.kind === 'capture' ? SANDBOX : text.provider
  const redirectedTo = detour?.kind === 'redirect' ? detour.to : null
  const message: NewMessage = {
    ...toMessage(answer),
    contact: person,
    sender: text.to,
    provider,
    extras: extrasOf(redirectedTo),
  }
  const [made] = await insertMessages(client, NOBODY, [message], () => null)
  if (!made) throw new Error('an answer was not stored')
  await noteReply(client, id, made.id)
  await letReplyPass(client, redirectedTo ?? person, group, made.id)
}

/** No node has this mark, so that none holds the message. */
const NOBODY = 0

/** After this nobody waits for an answer any more. */
const REPLY_SECONDS = 3_600

function toMessage(answer: string): Omit<NewMessage, 'contact' | 'sender' | 'provider' | 'extras'> {
  const { segments, encoding } = measureText(answer)
  return {
    subject: 'Opt-out',
    body: answer,
    text: null,
    tag: null,
    category: 'transactional',
    onUncertain: 'fail',
    segments,
    encoding,
    ttlSeconds: REPLY_SECONDS,
    keyId: null,
    place: 'wait',
    idempotency: null,
  }
}

function extrasOf(redirectedTo: Msisdn | null): NewMessage['extras'] {
  return redirectedTo === null ? null : { sendAt: null, template: null, resentFrom: null, redirectedTo }
}
