import type { OutboundSms } from '../../src/domain/provider.ts'
import { isFinal } from '../../src/domain/status.ts'
import type { Carrier, Submission } from './carrier.ts'
import { attemptKey } from './model/statement.ts'
import type { ChunkRecord, MessageRow, Tables } from './model/tables.ts'

/** How a message was taken in, as its sender knows it. */
export interface Accepted {
  /** Stands in its text, and nowhere else. */
  readonly token: string
  /** What its sender was told in the end. */
  outcome: 'asked' | 'acknowledged' | 'refused' | 'unknown'
  readonly keyed: boolean
}

const LATE_MS = 1_000

/** What must hold when an SMS is written to its provider. */
export function checkSms(
  tables: Tables,
  now: number,
  mark: number | null,
  sms: OutboundSms,
  earlier: readonly Submission[],
): string[] {
  const m = tables.messages.rows.get(sms.messageId)
  if (m === undefined) return [`message ${sms.messageId} was submitted and is not there`]
  const problems: string[] = []
  const what = `attempt ${sms.attempt} of message ${m.id}`
  if (now > m.expiresAt + LATE_MS) problems.push(`${what} left ${now - m.expiresAt} ms after its validity`)
  if (m.owner !== mark) problems.push(`${what} left under mark ${mark}, its row has ${m.owner}`)
  if (m.attempt !== sms.attempt) problems.push(`${what} left while attempt ${m.attempt} is begun`)
  if (mark !== null) problems.push(...checkMark(tables, mark, what))
  for (const before of earlier) problems.push(...checkRepeat(tables, m, what, sms.attempt, before))
  return problems
}

function checkMark({ nodes }: Tables, mark: number, what: string): string[] {
  return nodes.rows.get(mark)?.endedAt === null ? [] : [`${what} left under mark ${mark}, which was declared dead`]
}

/** A second submission is preceded by what is known of the first: a refusal, or a doubt, or a receipt that it came back. */
function checkRepeat(tables: Tables, m: MessageRow, what: string, attempt: number, before: Submission): string[] {
  if (before.attempt === attempt) return [`${what} left twice`]
  const known = tables.attempts.rows.get(attemptKey(m.id, before.attempt))
  if (known === undefined) return [`${what} left before anything was known of attempt ${before.attempt}`]
  if (!before.taken || known.wasUncertain) return []
  const isBack = known.status === 'undelivered' || known.status === 'failed' || known.status === 'expired'
  return isBack ? [] : [`${what} is a second copy: attempt ${before.attempt} was taken and is ${known.status}`]
}

/** The same for one target of a push: `key` is `notificationId token`. */
export function checkPush(
  tables: Tables,
  now: number,
  mark: number | null,
  key: string,
  earlier: readonly Submission[],
): string[] {
  const [id, token] = key.split(' ')
  const notification = tables.notifications.rows.get(Number(id))
  if (notification === undefined) return [`push ${key} was submitted and is not there`]
  const what = `push ${key}`
  const problems: string[] = []
  if (now > notification.expiresAt + LATE_MS) problems.push(`${what} left after its validity`)
  if (mark !== null) problems.push(...checkMark(tables, mark, what))
  const chunk = [...tables.chunks.rows.values()].find(
    (one) => one.notificationId === notification.id && one.owner === mark && holds(tables, one, token ?? ''),
  )
  if (chunk === undefined) problems.push(`${what} left from a chunk that is not its node’s`)
  const copies = earlier.filter((before) => before.taken)
  if (copies.length > 0 && (chunk?.uncertainAttempts ?? 0) === 0)
    problems.push(`${what} is a second copy without a doubt`)
  return problems
}

function holds({ tokens, notifications }: Tables, chunk: ChunkRecord, token: string): boolean {
  if (chunk.doneAt !== null) return false
  if (chunk.tokenIds === null) return notifications.rows.get(chunk.notificationId)?.topic === token
  const at = chunk.tokenIds.findIndex((id) => tokens.rows.get(id)?.token === token)
  const isSettled = ((chunk.settled[at >> 3] ?? 0) & (1 << (at & 7))) !== 0
  return at >= 0 && at < chunk.started && !isSettled
}

/** What must hold at any moment for those who take over: what a node owns is not below the mark they would look from. */
export function checkLowMarks({ nodes, messages, due }: Tables): string[] {
  const problems: string[] = []
  for (const m of messages.rows.values()) {
    const low = m.owner === null ? 0 : (nodes.rows.get(m.owner)?.lowMessageId ?? 0)
    if (m.id >= low || [...due.rows.values()].some((row) => row.owner !== null && row.messageId === m.id)) continue
    problems.push(`message ${m.id} of node ${m.owner} is below its low mark ${low}`)
  }
  return problems
}

/** What must hold when all is quiet. */
export function checkEnd(
  tables: Tables,
  carrier: Carrier,
  accepted: readonly Accepted[],
  cancelled: ReadonlySet<number> = new Set(),
): string[] {
  return [
    ...[...cancelled].flatMap((id) => checkCancelled(tables, id)),
    ...[...tables.messages.rows.values()].flatMap((m) => checkMessage(tables, carrier, m)),
    ...[...tables.notifications.rows.values()].flatMap(({ id }) => checkNotification(tables, carrier, id)),
    ...accepted.flatMap((one) => checkAccepted(tables, one)),
    ...[...tables.due.rows.values()]
      .filter((row) => row.owner !== null || row.action === 'send')
      .map((row) => `due ${row.id} of message ${row.messageId} is left, of owner ${row.owner}`),
  ]
}

/** Whether everything has its end: what is due is only questions. */
export function isQuiet({ messages, chunks, due, nodes }: Tables): boolean {
  for (const m of messages.rows.values()) if (m.owner !== null || !isEnded(m)) return false
  for (const chunk of chunks.rows.values()) if (chunk.doneAt === null) return false
  for (const row of due.rows.values()) if (row.owner !== null || row.action !== 'poll') return false
  for (const node of nodes.rows.values()) if (node.endedAt !== null && node.emptiedAt === null) return false
  return true
}

function isEnded(m: MessageRow): boolean {
  return isFinal(m.status) || m.status === 'sent' || m.status === 'uncertain'
}

function checkMessage(tables: Tables, carrier: Carrier, m: MessageRow): string[] {
  const problems: string[] = []
  const what = `message ${m.id} (${m.status})`
  if (m.owner !== null) problems.push(`${what} is still owned by ${m.owner}`)
  if (!isEnded(m)) problems.push(`${what} has no end`)
  const submitted = carrier.submissions.get(String(m.id)) ?? []
  const copies = submitted.filter((one) => one.taken)
  if ((m.status === 'sent' || m.status === 'delivered') && copies.length === 0)
    problems.push(`${what} was never taken by a provider`)
  const denies = DENIES.has(m.status)
  if (denies && copies.length > 0 && m.uncertainAttempts === 0 && !cameBack(tables, m))
    problems.push(`${what} is denied, though a provider took it`)
  if (copies.length > 1 + m.uncertainAttempts && !cameBack(tables, m))
    problems.push(`${what} has ${copies.length} copies and ${m.uncertainAttempts} doubts`)
  return problems
}

/** These say that nobody has it. */
const DENIES: ReadonlySet<string> = new Set(['expired', 'rejected', 'failed', 'cancelled'])

/** One that was cancelled has that for its end, unless it may have been sent before. */
function checkCancelled({ messages }: Tables, id: number): string[] {
  const m = messages.rows.get(id)
  if (m === undefined || m.status === 'cancelled' || m.uncertainAttempts > 0) return []
  return [`message ${id} was cancelled, and is ${m.status}`]
}

function cameBack({ attempts }: Tables, m: MessageRow): boolean {
  const ends = new Set(['undelivered', 'failed', 'expired'])
  return [...attempts.rows.values()].some(
    (a) => a.messageId === m.id && a.providerMessageId !== null && ends.has(a.status),
  )
}

function checkNotification(tables: Tables, carrier: Carrier, id: number): string[] {
  const chunks = [...tables.chunks.rows.values()].filter((chunk) => chunk.notificationId === id)
  const ended = chunks.reduce((sum, chunk) => sum + Object.values(chunk.tally).reduce((a, b) => a + b, 0), 0)
  const targets = tables.notifications.rows.get(id)?.targets ?? 0
  const problems = ended === targets ? [] : [`push ${id} has ${ended} outcomes for ${targets} targets`]
  for (const chunk of chunks)
    if (chunk.doneAt === null) problems.push(`chunk ${chunk.id} has no end, owner ${chunk.owner}`)
  for (const row of tables.targets.rows.values()) {
    if (row.notificationId !== id) continue
    const token = tables.tokens.rows.get(row.tokenId)?.token ?? ''
    const copies = (carrier.submissions.get(`${id} ${token}`) ?? []).filter((one) => one.taken)
    const what = `push ${id} ${token} (${row.status})`
    if (row.status === 'queued') problems.push(`${what} has no end`)
    if (row.status === 'sent' && copies.length === 0) problems.push(`${what} was never taken`)
    const denies = DENIES.has(row.status)
    if (denies && copies.length > 0 && row.uncertainAttempts === 0)
      problems.push(`${what} is denied, though it was taken`)
  }
  return problems
}

function checkAccepted({ messages }: Tables, { token, outcome, keyed }: Accepted): string[] {
  const found = [...messages.rows.values()].filter((m) => m.text === token).length
  if (outcome === 'acknowledged' && found === 0) return [`${token} was acknowledged and is lost`]
  if (outcome === 'refused' && found > 0) return [`${token} was refused as not stored, and is there`]
  if ((keyed || outcome === 'acknowledged') && found > 1) return [`${token} was stored ${found} times`]
  return []
}
