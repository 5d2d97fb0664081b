import { readFileSync } from 'node:fs'
import type pg from 'pg'
import type { OnUncertain } from '../../src/domain/category.ts'
import { readJournal, readLines, type Entry } from './journal.ts'

/** One thing that was to be sent once: an SMS by its text, or a target of a push by its token. */
export interface Item {
  readonly name: string
  readonly channel: 'sms' | 'push'
  readonly onUncertain: OnUncertain
  /** The ids its call was acknowledged with; more than one is a fault. */
  readonly ids: ReadonlySet<number>
  /** Why its call was refused for good; null: it was not. */
  readonly refused: string | null
  /** Of one try at least nobody knows what became of it. */
  readonly doubted: boolean
}

/** A line of a look-alike's ledger: what it took. */
export interface Copy {
  readonly name: string
  /** `12.1`: message and attempt; null for a push, and where the answer to a submit_sm was lost. */
  readonly attempt: string | null
  readonly providerMessageId: string
}

/** What the database says of one item. */
export interface Kept {
  readonly name: string
  /** Of the message, or of the notification. */
  readonly id: number
  readonly status: string
  readonly reason: string | null
  readonly uncertainAttempts: number
  readonly providerMessageId: string | null
}

export interface KeptAttempt {
  /** `12.1` */
  readonly attempt: string
  readonly name: string
  readonly status: string
  readonly providerMessageId: string | null
}

export interface Facts {
  readonly items: readonly Item[]
  readonly copies: readonly Copy[]
  readonly kept: readonly Kept[]
  readonly attempts: readonly KeptAttempt[]
  /** What should have come to an end, by kind. */
  readonly open: Readonly<Record<string, number>>
  readonly nodeKills: number
  /** Nodes that ended by themselves, other than at their start. */
  readonly bugs: number
  /** Targets of the largest piece of a chunk that one dead node left in doubt. */
  readonly largestDoubt: number
  /** Chunks that were left in doubt for the first time: what is in doubt again is repeated target by target. */
  readonly doubts: number
  /** Of each kill: until the dead node's last row was free again, or until the next call was acknowledged, in milliseconds. */
  readonly recoveriesMs: readonly number[]
}

export interface Sources {
  readonly journal: string
  readonly twilioLedger: string
  readonly fcmLedger: string
  /** Null: SMS went to Twilio. */
  readonly smsc: { readonly ledger: string } | null
  readonly logs: readonly string[]
  readonly db: pg.Client
}

export async function readFacts(sources: Sources): Promise<Facts> {
  const { db } = sources
  const journal = readJournal(sources.journal)
  const killed = journal.filter((entry) => entry.kind === 'killed')
  const recoveries = [...(await nodeRecoveries(db, killed, sources.logs.length === 1)), ...postgresRecoveries(journal)]
  const attempts = await readAttempts(db)
  const doubt = await one(
    db,
    `select coalesce(max(size), 0)::integer as largest, count(*) filter (where crashes = 1)::integer as count
     from push_chunks where crashes > 0`,
  )
  return {
    items: readItems(journal),
    copies: [
      ...readLines(sources.twilioLedger).map(smsCopy),
      ...(sources.smsc === null ? [] : smppCopies(readLines(sources.smsc.ledger), attempts)),
      ...readLines(sources.fcmLedger).map(pushCopy),
    ],
    kept: await readKept(db),
    attempts,
    open: await readOpen(db),
    nodeKills: killed.filter((entry) => entry.what === 'node').length,
    bugs: sources.logs.reduce((sum, log) => sum + readFileSync(log, 'utf8').split('"event":"bug"').length - 1, 0),
    largestDoubt: Number(doubt['largest']),
    doubts: Number(doubt['count']),
    recoveriesMs: recoveries,
  }
}

/** What has not come to its end; polls go on for days. All zero: nothing is left to do. */
export async function readOpen(db: pg.Client): Promise<Record<string, number>> {
  const counts = await one(
    db,
    `select
      (select count(*) from messages where status in ('queued', 'sending'))::integer as "open messages",
      (select count(*) from messages where owner is not null)::integer as "owned messages",
      (select count(*) from due where action <> 'poll')::integer as "due rows",
      (select count(*) from push_chunks where done_at is null or owner is not null)::integer as "open chunks",
      (select count(*) from nodes where ended_at is not null and emptied_at is null)::integer as "dead nodes not emptied"`,
  )
  return Object.fromEntries(Object.entries(counts).map(([what, count]) => [what, Number(count)]))
}

/** Whether something waits for its turn: a cheap question, and if the answer is no, not all of `readOpen` need be zero. */
export async function isAnythingDue(db: pg.Client): Promise<boolean> {
  const { rows } = await db.query(
    `(select from due where action <> 'poll' limit 1) union all (select from push_chunks where done_at is null limit 1)`,
  )
  return rows.length > 0
}

/** Nothing is left to do. */
export async function isNothingOpen(db: pg.Client): Promise<boolean> {
  return Object.values(await readOpen(db)).every((count) => count === 0)
}

/** The process that holds most of the open chunks. */
export async function readHolder(db: pg.Client): Promise<number | null> {
  const { rows } = await db.query<{ pid: number }>(
    `select n.pid from push_chunks c join nodes n on n.id = c.owner where c.done_at is null
     group by n.pid order by count(*) desc limit 1`,
  )
  return rows[0]?.pid ?? null
}

function readItems(journal: readonly Entry[]): Item[] {
  const answers = new Map<string, Entry[]>()
  for (const entry of journal) {
    if (!('key' in entry)) continue
    const known = answers.get(entry.key)
    if (known === undefined) answers.set(entry.key, [entry])
    else known.push(entry)
  }
  return journal.flatMap((entry) => (entry.kind === 'planned' ? itemsOf(entry, answers.get(entry.key) ?? []) : []))
}

function itemsOf(planned: Extract<Entry, { kind: 'planned' }>, entries: readonly Entry[]): Item[] {
  const ids = new Set(entries.flatMap((entry) => (entry.kind === 'acknowledged' ? [entry.id] : [])))
  const refused = entries.find((entry) => entry.kind === 'refused')?.why ?? null
  const doubted = entries.some((entry) => entry.kind === 'unknown')
  const { channel, onUncertain } = planned
  return planned.names.map((name) => ({ name, channel, onUncertain, ids, refused, doubted }))
}

function smsCopy(line: unknown): Copy {
  return { name: textIn(line, 'body'), attempt: textIn(line, 'attempt'), providerMessageId: textIn(line, 'sid') }
}

/** No attempt travels with a submit_sm: it is the one that knows the SMSC's id; null: none does. */
function smppCopies(lines: readonly unknown[], attempts: readonly KeptAttempt[]): Copy[] {
  const known = new Map(attempts.map((row) => [row.providerMessageId, row.attempt]))
  return lines.map((line) => {
    const providerMessageId = textIn(line, 'messageId')
    return { name: textIn(line, 'text'), attempt: known.get(providerMessageId) ?? null, providerMessageId }
  })
}

function pushCopy(line: unknown): Copy {
  return { name: textIn(line, 'token'), attempt: null, providerMessageId: textIn(line, 'name') }
}

function textIn(line: unknown, field: string): string {
  const value: unknown = typeof line === 'object' && line !== null ? Reflect.get(line, field) : null
  return String(value)
}

async function readKept(db: pg.Client): Promise<Kept[]> {
  const { rows } = await db.query<Kept>(
    `select coalesce(text, body) as name, id::float8 as id, status, reason, uncertain_attempts::integer as "uncertainAttempts",
       provider_message_id as "providerMessageId" from messages
     union all
     select t.token, n.notification_id, n.status, n.reason, n.uncertain_attempts, n.provider_message_id
     from tokennotifications n join tokens t on t.id = n.token_id`,
  )
  return rows
}

async function readAttempts(db: pg.Client): Promise<KeptAttempt[]> {
  const { rows } = await db.query<KeptAttempt>(
    `select a.message_id || '.' || a.number as attempt, coalesce(m.text, m.body) as name, a.status,
       a.provider_message_id as "providerMessageId" from attempts a left join messages m on m.id = a.message_id`,
  )
  return rows
}

type Killed = Extract<Entry, { kind: 'killed' }>

/**
 * A node that was killed before it had entered itself left nothing behind. What a node without neighbours left can't be taken over while
 * its later lives are killed, too: that counts from the last of those.
 */
async function nodeRecoveries(db: pg.Client, killed: readonly Killed[], alone: boolean): Promise<number[]> {
  const { rows } = await db.query<{ pid: number; emptied: number | null }>(
    `select pid, (extract(epoch from emptied_at) * 1000)::float8 as emptied from nodes`,
  )
  return killed.flatMap((entry) => {
    // One that was only stopped goes on under another mark.
    const marks = rows.filter((row) => entry.what === 'node' && entry.pids.includes(row.pid))
    const emptied = marks.flatMap((row) => (row.emptied === null || row.emptied < entry.at ? [] : [row.emptied]))
    if (emptied.length === 0) return []
    const end = Math.min(...emptied)
    const from = killed.findLast((other) => other.what === 'node' && other.at <= end)?.at ?? entry.at
    return [end - (alone ? from : entry.at)]
  })
}

function postgresRecoveries(journal: readonly Entry[]): number[] {
  return journal.flatMap((kill, index) => {
    if (kill.kind !== 'killed' || kill.what !== 'postgres') return []
    const tried = new Set<string>()
    for (const entry of journal.slice(index)) {
      if (entry.kind === 'intent') tried.add(entry.key)
      if (entry.kind === 'acknowledged' && tried.has(entry.key)) return [entry.at - kill.at]
    }
    return []
  })
}

async function one(db: pg.Client, statement: string): Promise<Record<string, unknown>> {
  const { rows } = await db.query<Record<string, unknown>>(statement)
  return rows[0] ?? {}
}
