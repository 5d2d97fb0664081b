import { TidingsError } from '../../domain/errors.ts'
import type { JsonObject } from '../../domain/provider.ts'
import type { PushVariant } from '../../domain/push/push-part.ts'
import type { Status } from '../../domain/status.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import { readSentPush, readSentSms, readSentTargets, type SentPush } from '../../store/past/read-resend.ts'
import type { PushInput, Targets } from '../push/push-call.ts'
import type { SmsInput } from '../sms/sms.ts'
import { wordingsOf, type PushWords, type Wordings } from '../templates/template-words.ts'

/** The call that sends a message once more. It is not sent here, but as any other call. Both throw TidingsError: `not_found`, … */
export interface Resends {
  /** `contact` null: to the same number. */
  sms(id: number, contact: string | null): Promise<SmsInput>
  /** `only`: targets with one of these statuses; null: all of them. */
  push(id: number, only: readonly Status[] | null): Promise<{ input: PushInput; targets: Targets }>
}

/** As many as one call may name. */
const MOST_TARGETS = 100_000

const TARGETS_AT_ONCE = 5_000

/** As many as a call may allow: this message was let through once. */
const MOST_SEGMENTS = 255

export function createResends(db: Db): Resends {
  return {
    async sms(id, contact) {
      const sent = await refusing(() => readSentSms(db, id))
      if (sent === null) throw notFound()
      if (OPEN.has(sent.status) || sent.waits) throw stillOpen(sent.status)
      if (sent.body === '') throw gone()
      const { subject, body, sender, tag, category, onUncertain, template, tlvs, plain } = sent
      // It is where the person is whom it was for.
      const timeZone = contact === null || contact === sent.contact ? sent.timeZone : null
      return {
        ...{ contact: contact ?? sent.contact, subject, message: body, category, on_uncertain: onUncertain },
        ...(sender === null ? {} : { sender }),
        ...(tag === null ? {} : { tag }),
        ...(template === null ? {} : { origin: template }),
        ...(tlvs === null ? {} : { tlvs }),
        ...(plain === null ? {} : { plain }),
        ...(timeZone === null ? {} : { time_zone: timeZone }),
        max_segments: MOST_SEGMENTS,
        resentFrom: id,
      }
    },
    async push(id, only) {
      const sent = await refusing(() => readSentPush(db, id))
      if (sent === null) throw notFound()
      if (sent.waits) throw stillOpen('queued')
      if (sent.title === '' && sent.body === '' && sent.content['data_only'] !== true) throw gone()
      return { input: inputOf(sent, id), targets: await targetsOf(db, id, sent, only) }
    },
  }
}

const OPEN: ReadonlySet<Status> = new Set<Status>(['scheduled', 'queued', 'sending'])

function inputOf(sent: SentPush, id: number): PushInput {
  const { title, body, content, tag, category, ttlSeconds, template } = sent
  return {
    // As its caller gave it; checked then, and checked again.
    ...(content as JsonObject & Omit<PushInput, 'title' | 'body'>),
    ...{ title, body, category, resentFrom: id },
    ...(tag === null ? {} : { tag }),
    ...(ttlSeconds === null ? {} : { ttl: ttlSeconds }),
    ...(template === null ? {} : { origin: template }),
    ...(sent.variants === null ? {} : { wordings: wordingsSent(sent, sent.variants) }),
  }
}

/** Each device has the words of its language again, as they were then. */
function wordingsSent({ title, body, content, template }: SentPush, variants: readonly PushVariant[]): Wordings {
  const usual = (template ?? '').slice((template ?? '').lastIndexOf('/') + 1)
  const { link, image } = content
  const own = { title, body, origin: template ?? '', ...textOf('link', link), ...textOf('image', image) }
  const locales = [...new Set([usual, ...variants.map(({ locale }) => locale)])]
  return wordingsOf(usual, locales, (locale) => {
    const variant = variants.find((one) => one.locale === locale)
    if (variant === undefined) return own
    const { locale: _locale, targets: _targets, template: origin, ...words } = variant
    return { ...words, origin }
  })
}

function textOf(name: 'link' | 'image', value: unknown): Partial<PushWords> {
  return typeof value === 'string' ? { [name]: value } : {}
}

async function targetsOf(db: Db, id: number, sent: SentPush, only: readonly Status[] | null): Promise<Targets> {
  if (sent.topic !== null) {
    if (only !== null) throw refuse('only', 'A topic has no targets of its own: leave `only` out')
    return { kind: 'topic', topic: sent.topic }
  }
  const found = { tokens: [] as string[], fids: [] as string[] }
  for (let after = 0; ;) {
    const from = after
    const page = await refusing(() => readSentTargets(db, id, only, from, TARGETS_AT_ONCE))
    for (const { token, kind } of page) (kind === 'token' ? found.tokens : found.fids).push(token)
    const last = page.at(-1)
    if (last === undefined || page.length < TARGETS_AT_ONCE) break
    if (found.tokens.length + found.fids.length > MOST_TARGETS) throw tooMany()
    after = last.tokenId
  }
  if (found.tokens.length + found.fids.length === 0) throw refuse('only', 'No target has one of these statuses')
  return { kind: 'token', ...found }
}

function tooMany(): TidingsError {
  const most = MOST_TARGETS.toLocaleString('en')
  return refuse('only', `These are more than ${most} targets; name fewer statuses, or send a new one to them`)
}

function refuse(path: string, message: string): TidingsError {
  return new TidingsError('invalid_request', `${path}: ${message}`, { details: [{ path, message }] })
}

function notFound(): TidingsError {
  return new TidingsError('not_found', 'Not Found')
}

function stillOpen(status: Status): TidingsError {
  return new TidingsError('still_open', 'It is still on its way; cancel it first, or wait', {
    details: [{ path: 'status', message: status }],
  })
}

function gone(): TidingsError {
  return new TidingsError('content_gone', 'Its words were erased')
}
