import type { Logger } from 'pino'
import type { ConsentGroup } from '../../domain/consent.ts'
import { TidingsError, type ErrorCode } from '../../domain/errors.ts'
import { decideFallback, type FallbackDecision } from '../../domain/push/fallback.ts'
import type { FlaggedMode } from '../../domain/sms/number-flags.ts'
import { addUp } from '../../domain/tally.ts'
import type { Db, DbClient } from '../../store/db.ts'
import {
  lockDueFallbacks,
  moveFallbacks,
  readDueFallbacks,
  type DueFallback,
  type FallbackMove,
} from '../../store/push/fallbacks.ts'
import { insertMessages } from '../../store/sms/messages.ts'
import { inTransaction } from '../../store/transaction.ts'
import { readKept } from './fallback-call.ts'
import type { SmsRules } from '../sms/sms-rules.ts'
import type { PreparedSms, SmsFlow } from '../sms/sms.ts'

export interface FallbacksParts {
  readonly db: Db
  readonly log: Logger
  /** The mark of this node. */
  readonly owner: () => number
  readonly sms: Pick<SmsFlow, 'prepare' | 'take'>
  readonly rules: Pick<SmsRules, 'judge' | 'giveBack'>
  /** Whose opt-outs hold for a message. */
  readonly groupOf: ConsentGroup
  /** What is done about flagged numbers. */
  readonly flagged: FlaggedMode
  /** Before their SMS are stored; for tests, which stop a node here. */
  readonly onDecided?: () => Promise<void>
}

/** Looked at in one transaction. */
const AT_ONCE = 100

/** How one goes on, with the SMS that it comes to. */
interface Decided {
  readonly due: DueFallback
  readonly move: Omit<FallbackMove, 'messageId'>
  /** Null: none goes out now. */
  readonly sms: PreparedSms | null
}

/**
 * Looks after those that are due, in one transaction: a fallback is taken, and its SMS stored, together or not at all. So exactly one goes out
 * whichever nodes look, and wherever one of them dies. True: there may be more.
 */
export async function sendFallbacks(parts: FallbacksParts): Promise<boolean> {
  const { db, log, rules } = parts
  let taken: readonly PreparedSms[] = []
  try {
    const { looked, going } = await inTransaction(db, async (client) => {
      const ids = await lockDueFallbacks(client, AT_ONCE)
      if (ids.length === 0) return { looked: 0, going: [] }
      const decided = await decideAll(parts, await readDueFallbacks(client, ids), (all) => (taken = all))
      await parts.onDecided?.()
      return { looked: decided.length, going: await store(parts, client, decided) }
    })
    rules.giveBack(going.flatMap(({ sms, goes }) => (goes ? [] : [sms])))
    if (going.length > 0) log.info({ event: 'fallback.sent', count: going.length }, 'SMS stand in for pushes')
    return looked === AT_ONCE
  } catch (error) {
    rules.giveBack(taken)
    throw error
  }
}

/**
 * All of them together: what rules count for them is counted on other connections, in few statements, and waits for nothing that is locked here.
 * Throws when all have been looked at, and `onTaken` has what was counted.
 */
async function decideAll(
  parts: FallbacksParts,
  all: readonly DueFallback[],
  onTaken: (taken: readonly PreparedSms[]) => void,
): Promise<readonly Decided[]> {
  const turns = await Promise.allSettled(all.map((due) => decide(parts, due)))
  const decided = turns.flatMap((turn) => (turn.status === 'fulfilled' ? [turn.value] : []))
  onTaken(decided.flatMap(({ sms }) => sms ?? []))
  const failed = turns.find((turn) => turn.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return decided
}

async function decide(parts: FallbacksParts, due: DueFallback): Promise<Decided> {
  const { notificationId } = due
  const decision = decideFallback({ ...due, counts: addUp(due.counts) })
  if (decision.kind !== 'send') return { due, move: { notificationId, ...restOf(decision) }, sms: null }
  const judged = await judge(parts, due)
  if (judged === null) {
    return { due, move: { notificationId, state: 'waiting', reason: null, againSeconds: STUCK_SECONDS }, sms: null }
  }
  if (!(judged instanceof TidingsError)) {
    const move = { notificationId, state: 'went_out', reason: decision.reason, againSeconds: null } as const
    return { due, move, sms: judged }
  }
  // Another code may go to this recipient in a moment.
  const again = judged.code === 'code_too_soon' ? judged.retryAfterSeconds : null
  const state = again === null ? 'refused' : 'waiting'
  const reason = again === null ? judged.code : null
  return { due, move: { notificationId, state, reason, againSeconds: again }, sms: null }
}

function restOf({
  kind,
}: Exclude<FallbackDecision, { kind: 'send' }>): Omit<FallbackMove, 'notificationId' | 'messageId'> {
  if (kind === 'wait') return { state: 'waiting', reason: null, againSeconds: null }
  return { state: kind, reason: kind === 'cancelled' ? kind : null, againSeconds: null }
}

/** These say nothing of the SMS: it is looked at again. */
const FOR_NOW: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['database_unavailable', 'outcome_unknown', 'overloaded'])

/** One that throws must not keep the others waiting. */
const STUCK_SECONDS = 60

/** As it was accepted, by the routes and rules of now. Null: something is wrong with it that is no refusal. */
async function judge(
  { sms, rules, log }: FallbacksParts,
  due: DueFallback,
): Promise<PreparedSms | TidingsError | null> {
  try {
    const { input, caller } = readKept(due.sms)
    const prepared = sms.prepare(input, caller)
    const [verdict] = await rules.judge([prepared])
    return verdict ?? prepared
  } catch (error) {
    if (error instanceof TidingsError && FOR_NOW.has(error.code)) throw error
    if (error instanceof TidingsError) return error
    const { notificationId } = due
    log.error({ event: 'fallback.stuck', notification_id: notificationId, err: error }, 'an SMS can’t be made ready')
    return null
  }
}

/** Stored, and whether it is to be sent: its recipient may have opted out. */
interface Going {
  readonly sms: PreparedSms
  readonly goes: boolean
}

async function store(parts: FallbacksParts, client: DbClient, decided: readonly Decided[]): Promise<readonly Going[]> {
  const sms = decided.flatMap((one) => one.sms ?? [])
  const shares = sms.map((one) => parts.sms.take(one))
  const rows = sms.map(({ message }) => ({ ...message, place: 'wait' as const, idempotency: null }))
  let going: readonly Going[] = []
  try {
    const made =
      rows.length === 0 ? [] : await insertMessages(client, parts.owner(), rows, parts.groupOf, parts.flagged)
    let next = 0
    await moveFallbacks(
      client,
      decided.map(({ move, sms: one }) => ({ ...move, messageId: one === null ? null : (made[next++]?.id ?? null) })),
    )
    going = sms.map((one, index) => ({ sms: one, goes: made[index]?.ended === null }))
    return going
  } finally {
    shares.forEach((share, index) => share(going[index]?.goes === true))
  }
}
