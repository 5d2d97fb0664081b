import { quantile } from './answers.ts'
import type { Copy, Facts, Item, Kept } from './facts.ts'

/** Submissions a node may have under way. */
export interface Windows {
  readonly sms: number
  /** For each chunk. */
  readonly push: number
  /** Chunks a node may hold at once. */
  readonly chunks: number
  /** Links to providers that broke under a node that lived on, each with its windows full; 0 unless said. */
  readonly links?: number
  /** People may have opted out of some. */
  readonly optOuts?: true
  /** Receipts may say of some that they did not arrive. */
  readonly receipts?: true
}

export interface Verdict {
  readonly attempted: number
  readonly acknowledged: number
  /** Acknowledged, sent, and known to be sent. */
  readonly ok: number
  /** Acknowledged and never sent, but for those that by their own choice are not sent again when in doubt. */
  readonly lost: number
  /** Sent more than once. */
  readonly duplicated: number
  /** Sent without having been attempted, or after a refusal. */
  readonly unexpected: number
  /** Acknowledged, and of an earlier try nobody knew what had become of it. */
  readonly recovered: number
  /** Marked: may have been sent by an attempt without an answer. */
  readonly uncertain: number
  /** All that is wrong, in words; empty: the promises were kept. */
  readonly faults: readonly string[]
}

interface Case {
  readonly item: Item
  readonly copies: readonly Copy[]
  readonly kept: readonly Kept[]
}

/** Joins what was asked for, what is stored and what was sent. Pure. */
export function check(given: Facts, windows: Windows): Verdict {
  const facts = windows.receipts === true ? beforeReceipts(given) : given
  const copies = groupBy(facts.copies, (copy) => copy.name)
  const kept = groupBy(facts.kept, (row) => row.name)
  const cases = facts.items.map((item) => ({
    item,
    copies: copies.get(item.name) ?? [],
    kept: kept.get(item.name) ?? [],
  }))
  const known = new Map(cases.map((one) => [one.item.name, one]))
  const lost = cases.filter((one) => isLost(one) && !(windows.optOuts === true && isSuppressed(one)))
  const unexpected = facts.copies.filter((copy) => isUnexpected(known.get(copy.name)))
  const duplicated = cases.filter((one) => one.copies.length > 1)
  return {
    attempted: cases.length,
    acknowledged: cases.filter(isAcknowledged).length,
    ok: cases.filter(isOk).length,
    lost: lost.length,
    duplicated: duplicated.length,
    unexpected: unexpected.length,
    recovered: cases.filter((one) => isAcknowledged(one) && one.item.doubted).length,
    uncertain: cases.filter((one) => marks(one) > 0).length,
    faults: [
      ...tell('lost', lost.map(describe)),
      ...tell(
        'unexpected',
        unexpected.map((copy) => copy.name),
      ),
      ...tell(
        'refused',
        cases.filter((one) => one.item.refused !== null).map((one) => `${one.item.refused}`),
      ),
      ...tell('never acknowledged', cases.filter((one) => !isAcknowledged(one)).map(describe)),
      ...tell('sent more often than marked', cases.filter((one) => one.copies.length > 1 + marks(one)).map(describe)),
      ...tell('doubled though it must not be', duplicated.filter(mayNotDouble).map(describe)),
      ...tell('one key, two messages', cases.filter(isTwice).map(describe)),
      ...tell('its status is not what happened', cases.filter(isMisjudged).map(describe)),
      ...tell('its provider knows it by another id', cases.filter(hasForeignId).map(describe)),
      ...beyondWindows(facts, duplicated, windows),
      ...attemptFaults(facts),
      ...slowRecoveries(facts.recoveriesMs),
      ...(facts.bugs === 0 ? [] : [`${facts.bugs} × a node ended by itself`]),
      ...Object.entries(facts.open).flatMap(([what, count]) => (count === 0 ? [] : [`left: ${count} ${what}`])),
    ],
  }
}

/** What a receipt may make of one that the provider took. */
const ENDS = new Set(['undelivered', 'failed', 'rejected', 'expired'])

function beforeReceipts(facts: Facts): Facts {
  const before = <Row extends Pick<Kept, 'status' | 'providerMessageId'>>(row: Row): Row =>
    row.providerMessageId !== null && ENDS.has(row.status) ? { ...row, status: 'sent' } : row
  return { ...facts, kept: facts.kept.map(before), attempts: facts.attempts.map(before) }
}

const EXAMPLES = 5

function tell(what: string, found: readonly string[]): string[] {
  if (found.length === 0) return []
  const rest = found.length > EXAMPLES ? ' …' : ''
  return [`${found.length} × ${what}: ${found.slice(0, EXAMPLES).join('; ')}${rest}`]
}

function describe({ item, copies, kept }: Case): string {
  const rows = kept.map((row) => `${row.id} ${row.status} ${row.reason ?? ''} uncertain ${row.uncertainAttempts}`)
  const ids = copies.map((copy) => copy.attempt ?? copy.providerMessageId)
  return `"${item.name}" ${item.onUncertain} [${rows.join(', ')}] copies [${ids.join(', ')}]`
}

function isAcknowledged({ item }: Case): boolean {
  return item.ids.size > 0
}

function marks({ kept }: Case): number {
  return kept.reduce((sum, row) => sum + row.uncertainAttempts, 0)
}

function isSent(status: string): boolean {
  return status === 'sent' || status === 'delivered'
}

/** Not sent again: its sender would rather miss it than have it twice, or it was in flight whenever a node died. */
function isLeft({ item, kept }: Case): boolean {
  return kept.some(
    (row) =>
      row.uncertainAttempts > 0 &&
      ((row.status === 'uncertain' && item.onUncertain === 'fail') || row.reason === 'poison'),
  )
}

function isOk(one: Case): boolean {
  return isAcknowledged(one) && one.copies.length > 0 && one.kept.some((row) => isSent(row.status))
}

function isLost(one: Case): boolean {
  return isAcknowledged(one) && one.copies.length === 0 && !isLeft(one)
}

/** Its recipient wanted nothing more. */
function isSuppressed({ kept }: Case): boolean {
  return kept.some((row) => row.status === 'suppressed' && row.reason === 'opted_out')
}

/** Sent, and yet nobody knows, or the other way round. */
function isMisjudged(one: Case): boolean {
  return one.copies.length > 0 && !isLeft(one) && !one.kept.some((row) => isSent(row.status))
}

function hasForeignId({ copies, kept }: Case): boolean {
  const taken = new Set(copies.map((copy) => copy.providerMessageId))
  return kept.some((row) => row.providerMessageId !== null && !taken.has(row.providerMessageId))
}

function isUnexpected(one: Case | undefined): boolean {
  return one === undefined || (one.item.refused !== null && !isAcknowledged(one))
}

/** The provider could be asked, or it was not to be sent again at all. */
function mayNotDouble({ item }: Case): boolean {
  return item.onUncertain !== 'retry'
}

function isTwice({ item, kept }: Case): boolean {
  return kept.length > 1 || item.ids.size > 1 || kept.some((row) => item.ids.size > 0 && !item.ids.has(row.id))
}

function beyondWindows(facts: Facts, duplicated: readonly Case[], windows: Windows): string[] {
  const count = (channel: string): number => duplicated.filter(({ item }) => item.channel === channel).length
  const { links = 0 } = windows
  const limits = [
    { what: 'doubled SMS', count: count('sms'), most: (facts.nodeKills + links) * windows.sms },
    { what: 'doubled pushes', count: count('push'), most: (facts.doubts + links * windows.chunks) * windows.push },
    { what: 'targets of a chunk in doubt', count: facts.largestDoubt, most: windows.push },
    { what: 'chunks in doubt', count: facts.doubts, most: facts.nodeKills * windows.chunks },
  ]
  return limits.flatMap((limit) =>
    limit.count > limit.most ? [`${limit.count} ${limit.what}, the window allows ${limit.most}`] : [],
  )
}

/** Between blow and repair, in milliseconds: for nearly all, and for the one that took longest. */
const RECOVERY = { p99Ms: 45_000, mostMs: 60_000 }

function slowRecoveries(ms: readonly number[]): string[] {
  const [p99, worst] = [quantile(ms, 0.99), quantile(ms, 1)]
  return [
    ...(p99 > RECOVERY.p99Ms ? [`a recovery took ${(p99 / 1_000).toFixed(1)} s at the 99th percentile`] : []),
    ...(worst > RECOVERY.mostMs ? [`a recovery took ${(worst / 1_000).toFixed(1)} s at worst`] : []),
  ]
}

/** What the attempts say against what the look-alike took. */
function attemptFaults({ attempts, copies }: Facts): string[] {
  const submissions = copies.flatMap((copy) => (copy.attempt === null ? [] : [{ ...copy, attempt: copy.attempt }]))
  const taken = groupBy(submissions, (copy) => copy.attempt)
  const known = new Map(attempts.map((attempt) => [attempt.attempt, attempt]))
  const wrong = submissions.filter((copy) => {
    const row = known.get(copy.attempt)
    if (row === undefined || row.name !== copy.name) return true
    const sameId = row.providerMessageId === null || row.providerMessageId === copy.providerMessageId
    return !sameId || !(isSent(row.status) || row.status === 'uncertain')
  })
  const claimed = attempts.filter((row) => isSent(row.status) && !taken.has(row.attempt))
  const twice = [...taken.entries()].filter(([, lines]) => lines.length > 1)
  return [
    ...tell(
      'a submission its attempt does not tell of',
      wrong.map((copy) => `${copy.attempt} ${copy.name}`),
    ),
    ...tell(
      'an attempt that claims a submission',
      claimed.map((row) => `${row.attempt} ${row.status}`),
    ),
    ...tell(
      'one attempt submitted twice',
      twice.map(([attempt]) => attempt),
    ),
  ]
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const group = groups.get(keyOf(one))
    if (group === undefined) groups.set(keyOf(one), [one])
    else group.push(one)
  }
  return groups
}
