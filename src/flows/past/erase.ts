import type { Caller } from '../../domain/caller.ts'
import { TidingsError } from '../../domain/errors.ts'
import { doneBy, writeAudit } from '../../store/keys/audit.ts'
import type { Db } from '../../store/db.ts'
import {
  countTraces,
  endErasing,
  eraseMessages,
  eraseNumber,
  erasePushAnswers,
  listErasing,
  takeNumber,
  type Erased,
} from '../../store/past/erase.ts'
import { refusing } from '../../store/faults.ts'
import { eraseInbound, eraseInboundParts } from '../../store/inbound/inbound.ts'
import { eraseConsent } from '../../store/inbound/opt-outs.ts'
import { readClient } from '../../store/past/read-clients.ts'
import { eraseFallbacks } from '../../store/push/fallbacks.ts'
import { eraseDevices } from '../../store/push/retired-tokens.ts'
import { inTransaction } from '../../store/transaction.ts'
import { eraseAnswers } from '../../store/webhooks/webhook-past.ts'
import { readContact } from './history.ts'

/** What was reached, or would be. */
export interface Erasure {
  readonly clientId: number
  /** SMS to this person, without those that are with a provider at this moment. */
  readonly messages: number
  /** Among them: had not been sent, and never will be. */
  readonly cancelled: number
  /** With a provider at this moment: emptied as soon as they have come to an end. */
  readonly inFlight: number
  readonly attempts: number
  readonly idempotencyKeys: number
  readonly parkedReceipts: number
  readonly redirected: number
  /** Texts that the person sent. */
  readonly inbound: number
  /** Addresses of the person's devices: nothing is sent there any more. */
  readonly tokens: number
}

export interface Erasing {
  /** What erasing would reach. Throws TidingsError where nothing was ever sent to this number. */
  look(contact: string): Promise<Erasure>
  /**
   * Erases a person everywhere; the row of the client stays without its number. Breaking off does no harm: what is left is erased within a
   * minute, by any node. Throws TidingsError.
   */
  erase(contact: string, caller: Caller, signal: AbortSignal): Promise<Erasure>
  /** Goes on with what was begun. */
  finish(): Promise<void>
}

export interface ErasingParts {
  readonly db: Db
  readonly defaultCountry: string | null
  /** In milliseconds. */
  readonly monotonic: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** How long a call waits for what is with a provider: an attempt takes 15 s at most, few take one. */
const IN_FLIGHT_MS = 5_000
const LOOK_AGAIN_MS = 250

const NEWEST = Number.MAX_SAFE_INTEGER

export function createErasing(parts: ErasingParts): Erasing {
  const { db, defaultCountry } = parts

  async function find(text: string): Promise<{ id: number; contact: string }> {
    const contact = readContact(text, defaultCountry)
    const client = await refusing(() => readClient(db, contact))
    if (client === null || client.erasedAt !== null) throw new TidingsError('not_found', 'Not Found')
    return client
  }

  return {
    async look(text) {
      const { id, contact } = await find(text)
      const { waiting, messages, ...traces } = await refusing(() => countTraces(db, id, contact))
      return { clientId: id, ...traces, messages: messages - traces.inFlight, cancelled: waiting }
    },
    async erase(text, caller, signal) {
      const { id, contact } = await find(text)
      const taken = await refusing(() =>
        inTransaction(db, async (client) => {
          // Before the number is taken: an SMS that a push just fell back on is among the messages then.
          await eraseFallbacks(client, contact)
          if (!(await takeNumber(client, id))) return false
          await eraseInboundParts(client, contact)
          await writeAudit(client, { ...doneBy(caller), act: 'client.erased', what: `erased:${id}` })
          return true
        }),
      )
      if (!taken) throw new TidingsError('not_found', 'Not Found')
      const redirected = await refusing(() => eraseNumber(db, contact))
      return { clientId: id, ...(await untilEnded(parts, id, signal)), redirected }
    },
    async finish() {
      const failures: unknown[] = []
      // One that can't be erased for now keeps nobody else waiting.
      for (const id of await listErasing(db)) await finishOne(db, id).catch((error: unknown) => failures.push(error))
      if (failures.length > 0) throw failures[0]
    },
  }
}

async function finishOne(db: Db, clientId: number): Promise<void> {
  const { inFlight } = await eraseAll(db, clientId, null)
  if (inFlight === 0) await endErasing(db, clientId)
}

type Sum = Omit<Erased, 'rest'> & { readonly inbound: number; readonly tokens: number }

async function untilEnded(parts: ErasingParts, clientId: number, signal: AbortSignal): Promise<Sum> {
  const until = parts.monotonic() + IN_FLIGHT_MS
  let sum = await refusing(() => eraseAll(parts.db, clientId, signal))
  while (sum.inFlight > 0 && parts.monotonic() < until && !signal.aborted) {
    await parts.sleep(LOOK_AGAIN_MS)
    sum = add(sum, await refusing(() => eraseAll(parts.db, clientId, signal)))
  }
  return sum
}

/** One pass over all messages of a client, newest first. `inFlight` is counted anew in each. */
async function eraseAll(db: Db, clientId: number, signal: AbortSignal | null): Promise<Sum> {
  let sum: Sum | null = null
  for (let before = NEWEST; before > 0 && signal?.aborted !== true;) {
    const { rest, ...step }: Erased = await eraseMessages(db, clientId, before)
    const found = { ...step, inbound: 0, tokens: 0 }
    sum = sum === null ? found : { ...add(sum, found), inFlight: sum.inFlight + step.inFlight }
    before = rest
  }
  await eraseAnswers(db, clientId)
  const inbound = await eraseInbound(db, clientId)
  await eraseConsent(db, clientId)
  const pushAnswers = await erasePushAnswers(db, clientId)
  const tokens = await eraseDevices(db, clientId)
  const all = sum ?? NOTHING
  return { ...all, idempotencyKeys: all.idempotencyKeys + pushAnswers, inbound, tokens }
}

const NOTHING = { messages: 0, cancelled: 0, inFlight: 0, attempts: 0, parkedReceipts: 0, idempotencyKeys: 0 }

function add(one: Sum, other: Sum): Sum {
  return {
    messages: one.messages + other.messages,
    cancelled: one.cancelled + other.cancelled,
    inFlight: other.inFlight,
    attempts: one.attempts + other.attempts,
    parkedReceipts: one.parkedReceipts + other.parkedReceipts,
    idempotencyKeys: one.idempotencyKeys + other.idempotencyKeys,
    inbound: one.inbound + other.inbound,
    tokens: one.tokens + other.tokens,
  }
}
