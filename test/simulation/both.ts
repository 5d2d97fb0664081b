import { createDb, type Db } from '../../src/store/db.ts'
import type { TestDatabase } from '../support/database.ts'
import type { Query } from './model/server.ts'
import { createTables, type Tables } from './model/tables.ts'
import { createPostgres } from './postgres.ts'
import { createWorld } from './world.ts'

/** The same statements on a real Postgres and on the model, at the same time of day. */
export interface Both {
  /** Milliseconds since the epoch. */
  now(): number
  advance(ms: number): void
  /** Both empty. */
  reset(): Promise<void>
  /** What the same call came to on each: its result, or the SQLSTATE it was refused with. */
  run(call: (db: Db, side: Side) => Promise<unknown>): Promise<{ readonly real: unknown; readonly model: unknown }>
  tables(): Tables
  /** Every row of each, in the same words and order. */
  dump(): Promise<{ readonly real: unknown; readonly model: unknown }>
  /** Calls `onStatement` with the name of each statement that the model runs from now on. */
  watch(onStatement: (name: string) => void): void
  close(): Promise<void>
}

export type Side = 'real' | 'model'

const BEGINNING_MS = 1_700_000_000_000
const TOKENS = [1, 2, 3, 4]

/** What is new is not touched for having worked: every other one is older than a day. */
const TWO_DAYS_MS = 172_800_000

/** Columns that are filled by the server's clock. */
const DEFAULTS = [
  ['nodes', 'heartbeat_at'],
  ['messages', 'time'],
  ['messages', 'updated_at'],
  ['push_chunks', 'run_at'],
  ['push_chunks', 'updated_at'],
  ['notifications', 'time'],
  ['idempotency_keys', 'created_at'],
  ['parked_receipts', 'received_at'],
  ['pauses', 'paused_at'],
]

export async function openBoth(database: TestDatabase): Promise<Both> {
  const options = { name: 'both', statementTimeoutMs: 10_000, queryTimeoutMs: 11_000 }
  const setUp = createDb(database.url, { ...options, max: 1 }, () => undefined)
  await stopClock(setUp)
  await setUp.end()
  const real = createDb(database.url, { ...options, max: 1 }, () => undefined)
  const state = {
    now: BEGINNING_MS,
    tables: createTables(),
    model: real,
    world: createWorld(null),
    onStatement: (_name: string): void => undefined,
  }

  async function reset(): Promise<void> {
    state.now = BEGINNING_MS
    state.tables = createTables()
    const world = createWorld(null)
    const process = world.process()
    const fate = ({ name }: Query): null => {
      if (name !== null) state.onStatement(name)
      return null
    }
    const parts = { world, tables: state.tables, fate, now: () => state.now, onCommit: () => undefined }
    state.model = createPostgres(parts).pool(process, 1, 60_000)
    state.world = world
    await setClock()
    await real.query(EMPTY)
    for (const id of TOKENS) {
      const token = `token-${id}`
      const createdAt = state.now - (id % 2) * TWO_DAYS_MS
      await real.query('insert into tokens (id, token, created_at) values ($1, $2, to_timestamp($3::float8 / 1000))', [
        ...[id, token, createdAt],
      ])
      state.tables.tokens.rows.set(id, { id, token, createdAt, lastOkAt: null, retiredAt: null, retiredReason: null })
    }
  }

  /** A connection takes a moment of the world's time. */
  async function onModel(call: (db: Db, side: Side) => Promise<unknown>): Promise<unknown> {
    const ended = { value: false }
    const result = outcome(call(state.model, 'model')).finally(() => (ended.value = true))
    while (!ended.value) await state.world.run(state.world.now() + 10)
    return result
  }

  const setClock = async (): Promise<void> =>
    void (await real.query(`select set_config('both.now', to_timestamp($1::float8 / 1000)::text, false)`, [state.now]))

  return {
    now: () => state.now,
    advance: (ms) => void (state.now += ms),
    reset,
    async run(call) {
      await setClock()
      return { real: await outcome(call(real, 'real')), model: await onModel(call) }
    },
    tables: () => state.tables,
    async dump() {
      await setClock()
      const { rows } = await real.query<{ all: unknown }>(DUMP)
      return { real: rows[0]?.all, model: dumpModel(state.tables) }
    },
    watch: (onStatement) => void (state.onStatement = onStatement),
    close: () => real.end(),
  }
}

/** now() becomes what a setting says: names without a schema are looked for in ours first. What is only ever added to may be emptied. */
async function stopClock(db: Db): Promise<void> {
  await db.query(`alter table consent_events disable trigger user`)
  await db.query(`create schema clock`)
  await db.query(
    `create function clock.now() returns timestamptz stable language sql as $$ select current_setting('both.now')::timestamptz $$`,
  )
  for (const [table, column] of DEFAULTS) {
    await db.query(`alter table ${table} alter column ${column} set default clock.now()`)
  }
  await db.query(
    `do $$ begin execute format('alter database %I set search_path = clock, public, pg_catalog', current_database()); end $$`,
  )
}

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise
  } catch (error) {
    const refused = error instanceof Error && 'code' in error ? error.code : null
    if (refused === null) throw error
    return { refused }
  }
}

const EMPTY = `truncate nodes, clients, messages, attempts, tokens, notifications, push_chunks, tokennotifications, due,
  parked_receipts, idempotency_keys, pauses restart identity cascade`

const ms = (column: string): string => `round(extract(epoch from ${column}) * 1000)::float8`

/** Ids of `due` and of chunks are left out: where a statement is refused, the two may have drawn unlike many. */
const DUMP = `select jsonb_build_object(
  'nodes', (select coalesce(jsonb_agg(jsonb_build_array(id, ${ms('heartbeat_at')}, low_message_id, ${ms('ended_at')}, ${ms('emptied_at')})
    order by id), '[]') from nodes),
  'messages', (select coalesce(jsonb_agg(jsonb_build_array(id, ${ms('time')}, category, on_uncertain, provider, ${ms('expires_at')}, status,
    reason, provider_message_id, attempt, attempts_counted, uncertain_attempts, crashes, ${ms('started_at')}, owner, ${ms('updated_at')})
    order by id), '[]') from messages),
  'attempts', (select coalesce(jsonb_agg(jsonb_build_array(message_id, number, provider, provider_message_id, status, reason, code,
    ${ms('started_at')}) order by message_id, number), '[]') from attempts),
  'due', (select coalesce(jsonb_agg(jsonb_build_array(message_id, lane, action, round, ${ms('run_at')}, ${ms('expires_at')}, owner)
    order by message_id, action, run_at, owner, round), '[]') from due),
  'chunks', (select coalesce(jsonb_agg(jsonb_build_array(notification_id, token_ids, size, attempt, attempts_counted, uncertain_attempts,
    crashes, started, encode(settled, 'hex'), tally, reason, provider_message_id, lane, ${ms('run_at')}, ${ms('updated_at')}, owner,
    ${ms('done_at')}, ${ms('cancelled_at')}) order by notification_id, attempt, run_at, token_ids, started), '[]') from push_chunks),
  'targets', (select coalesce(jsonb_agg(jsonb_build_array(notification_id, token_id, status, reason, provider_message_id,
    uncertain_attempts) order by notification_id, token_id), '[]') from tokennotifications),
  'tokens', (select coalesce(jsonb_agg(jsonb_build_array(id, ${ms('last_ok_at')}, ${ms('retired_at')}, retired_reason) order by id), '[]')
    from tokens),
  'parked', (select coalesce(jsonb_agg(jsonb_build_array(provider, provider_message_id, status, reason, code) order by id), '[]')
    from parked_receipts),
  'pauses', (select coalesce(jsonb_agg(jsonb_build_array(provider, category, reason, ${ms('paused_at')}) order by provider, category), '[]')
    from pauses)) as all`

function dumpModel(tables: Tables): unknown {
  const { nodes, messages, attempts, due, chunks, targets, tokens, parked, pauses } = tables
  const rows = <Row>(table: { readonly rows: ReadonlyMap<unknown, Row> }, of: (row: Row) => unknown[], by: number[]) =>
    [...table.rows.values()].map(of).toSorted((a, b) => compare(a, b, by))
  return {
    nodes: rows(nodes, (n) => [n.id, n.heartbeatAt, n.lowMessageId, n.endedAt, n.emptiedAt], [0]),
    messages: rows(
      messages,
      (m) => [
        ...[m.id, m.time, m.category, m.onUncertain, m.provider, m.expiresAt, m.status, m.reason, m.providerMessageId],
        ...[m.attempt, m.attemptsCounted, m.uncertainAttempts, m.crashes, m.startedAt, m.owner, m.updatedAt],
      ],
      [0],
    ),
    attempts: rows(
      attempts,
      (a) => [a.messageId, a.number, a.provider, a.providerMessageId, a.status, a.reason, a.code, a.startedAt],
      [0, 1],
    ),
    due: rows(due, (d) => [d.messageId, d.lane, d.action, d.round, d.runAt, d.expiresAt, d.owner], [0, 2, 4, 6, 3]),
    chunks: rows(
      chunks,
      (c) => [
        ...[c.notificationId, c.tokenIds, c.size, c.attempt, c.attemptsCounted, c.uncertainAttempts, c.crashes],
        ...[c.started, c.settled.toString('hex'), c.tally, c.reason, c.providerMessageId, c.lane, c.runAt],
        ...[c.updatedAt, c.owner, c.doneAt, c.cancelledAt],
      ],
      [0, 3, 13, 1, 7],
    ),
    targets: rows(
      targets,
      (t) => [t.notificationId, t.tokenId, t.status, t.reason, t.providerMessageId, t.uncertainAttempts],
      [0, 1],
    ),
    tokens: rows(tokens, (t) => [t.id, t.lastOkAt, t.retiredAt, t.retiredReason], [0]),
    parked: [...parked.rows.values()]
      .toSorted((a, b) => a.id - b.id)
      .map((p) => [p.provider, p.providerMessageId, p.status, p.reason, p.code]),
    pauses: rows(pauses, (p) => [p.provider, p.category, p.reason, p.pausedAt], [0, 1]),
  }
}

/** As Postgres orders: null comes last. */
function compare(a: readonly unknown[], b: readonly unknown[], by: readonly number[]): number {
  for (const at of by) {
    const [x, y] = [a[at], b[at]]
    if (x === y) continue
    if (x === null) return 1
    if (y === null) return -1
    if (Array.isArray(x) && Array.isArray(y)) {
      const order = compare(x, y, [...x.keys()])
      if (order !== 0) return order
    } else if (typeof x === 'number' && typeof y === 'number') return x - y
    else if (typeof x === 'string' && typeof y === 'string') return x < y ? -1 : 1
  }
  return 0
}
