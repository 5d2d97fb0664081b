import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { until } from '../support/until.ts'
import type { Bench } from './bench.ts'
import { makePlan } from './plan.ts'

/** What a node held when it was killed. */
interface Left {
  readonly owner: number
  readonly messages: readonly number[]
  readonly chunks: readonly number[]
}

const LOAD = { sms: 2_400, tokens: 2_000, overMs: 1_000, slow: true }

/** So much it must hold: more than is in flight at once. */
const HELD = 60
const GONE_MS = 120_000
const EVERY_MS = 250

/** Milliseconds from the kill until a thing was submitted again, or settled; for a piece of a push: until another node had it. */
export interface Followed {
  readonly ms: readonly number[]
  /** Those of which the provider had no record: it was asked twice before they were submitted again. */
  readonly absentMs: readonly number[]
}

/** Kills the first node while it holds many messages, and follows each of them. */
export async function killAndFollow(bench: Bench, seed: string): Promise<Followed> {
  const [node] = bench.cluster.nodes
  const loading = bench.load(makePlan({ ...LOAD, seed, chance: bench.chance(`plan ${seed}`) }))
  const pid = await until(() => node?.pid())
  await bench.ask((db) => until(async () => (await readLeft(db, pid)).messages.length >= HELD, GONE_MS, 10))
  const at = Date.now()
  await bench.killNodes([0])
  const followed = await bench.ask(async (db) => follow(db, await readLeft(db, pid), at))
  await loading
  return followed
}

async function follow(db: pg.Client, left: Left, at: number): Promise<Followed> {
  let open = new Set(all(left))
  const doneAt = new Map<string, number>(all(left).map((name) => [name, GONE_MS]))
  while (open.size > 0 && Date.now() < at + GONE_MS) {
    const still = await readStill(db, left, at)
    for (const name of open) if (!still.has(name)) doneAt.set(name, Date.now() - at)
    open = still
    await delay(EVERY_MS)
  }
  const absent = new Set(await readAbsent(db, left))
  const timesOf = (fits: (name: string) => boolean): number[] =>
    [...doneAt].flatMap(([name, ms]) => (fits(name) ? [ms] : []))
  return { ms: timesOf((name) => !absent.has(name)), absentMs: timesOf((name) => absent.has(name)) }
}

function all({ messages, chunks }: Left): string[] {
  return [...messages.map((id) => `message ${id}`), ...chunks.map((id) => `chunk ${id}`)]
}

async function readLeft(db: pg.Client, pid: number): Promise<Left> {
  const { rows } = await db.query<Left>(
    `select id as owner, array(select m.id::float8 from messages m where m.owner = n.id) as messages,
       array(select c.id::float8 from push_chunks c where c.owner = n.id and c.done_at is null) as chunks
     from nodes n where pid = $1 order by id desc limit 1`,
    [pid],
  )
  const row = rows[0]
  if (row === undefined) throw new Error('the node has not entered itself')
  return row
}

/** What has neither been begun again nor come to its end. */
async function readStill(db: pg.Client, { owner, messages, chunks }: Left, at: number): Promise<Set<string>> {
  const { rows } = await db.query<{ name: string }>(
    `select 'message ' || m.id as name from messages m where m.id = any ($1::bigint[]) and (
       m.status = 'queued'
       or (m.status = 'sending' and (m.started_at is null or m.started_at < to_timestamp($4 / 1000.0)))
       or (m.status = 'uncertain' and exists (select from due d where d.message_id = m.id and d.action <> 'poll')))
     union all
     select 'chunk ' || c.id from push_chunks c where c.id = any ($2::bigint[]) and c.done_at is null
       and (c.owner is null or c.owner = $3)`,
    [messages, chunks, owner, at],
  )
  return new Set(rows.map((row) => row.name))
}

/** Asked after, and then submitted again. */
async function readAbsent(db: pg.Client, { messages }: Left): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select 'message ' || id as name from messages
     where id = any ($1::bigint[]) and on_uncertain = 'reconcile' and uncertain_attempts > 0 and attempt > 1`,
    [messages],
  )
  return rows.map((row) => row.name)
}
