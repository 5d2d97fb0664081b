import type { DbClient } from '../db.ts'

/** What a server is, and how much of it is in use. */
export interface ServerFacts {
  /** `18.1` */
  readonly version: string
  readonly major: number
  readonly encoding: string
  readonly standby: boolean
  /** `on` or another word, as are the next two. */
  readonly fsync: string
  readonly synchronousCommit: string
  readonly fullPageWrites: string
  /** Connections that others than superusers may have, and those there are. */
  readonly connectionsMost: number
  readonly connections: number
  /** The server's clock, in milliseconds since the epoch. */
  readonly clock: number
  /** May make schemas, tables and partitions. */
  readonly mayMigrate: boolean
}

/** `reserved_connections` is of Postgres 16. */
export async function readServer(client: DbClient): Promise<ServerFacts | null> {
  const { rows } = await client.query<ServerFacts>({
    text: `
select split_part(current_setting('server_version'), ' ', 1) as version,
  current_setting('server_version_num')::integer / 10000 as major,
  current_setting('server_encoding') as encoding,
  pg_is_in_recovery() as standby,
  current_setting('fsync') as fsync,
  current_setting('synchronous_commit') as "synchronousCommit",
  current_setting('full_page_writes') as "fullPageWrites",
  current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
    - coalesce(current_setting('reserved_connections', true), '0')::integer as "connectionsMost",
  (select count(*) from pg_stat_activity where backend_type = 'client backend')::integer as connections,
  (extract(epoch from clock_timestamp()) * 1000)::float8 as clock,
  has_schema_privilege('public', 'create') and has_database_privilege(current_database(), 'create') as "mayMigrate"`,
  })
  return rows[0] ?? null
}

/** The migrations that were applied, in their order; null: none ever was. */
export async function readMigrations(client: DbClient): Promise<readonly string[] | null> {
  // Other programs have a table of this name, too.
  const { rows } = await client.query<{ there: boolean }>(
    `select exists (select from pg_attribute where attrelid = to_regclass('public.schema_migrations') and attname = 'name') as there`,
  )
  if (rows[0]?.there !== true) return null
  const applied = await client.query<{ name: string }>(`select name from public.schema_migrations order by id`)
  return applied.rows.map(({ name }) => name)
}

/** Whether this role may read and write every table of ours; null where there is none. */
export async function mayWork(client: DbClient): Promise<boolean | null> {
  const { rows } = await client.query<{ may: boolean | null }>(`
select bool_and(has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
  and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete')) as may
from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`)
  return rows[0]?.may ?? null
}

/** A process that has not ended. */
export interface LivingNode {
  readonly id: number
  readonly name: string
  readonly version: string
  /** Since it last renewed its lease, by the database's clock. */
  readonly silentSeconds: number
}

export async function listLivingNodes(client: DbClient): Promise<readonly LivingNode[]> {
  const { rows } = await client.query<LivingNode>(`
select id, name, version, extract(epoch from now() - heartbeat_at)::float8 as "silentSeconds"
from nodes where ended_at is null order by id`)
  return rows
}

/** What is due in one lane and in nobody's hands. */
export interface LaneBacklog {
  /** `twilio:otp` */
  readonly lane: string
  readonly due: number
  /** How long ago the first of them should have gone. */
  readonly oldestSeconds: number
  /** Somebody has paused it. */
  readonly paused: boolean
}

/** Beyond this, how many more there are is not counted. */
export const MOST_COUNTED = 100_000

/** Lanes that have anything due, the one that waits longest first. What is paused by itself is not due. */
export async function listBacklog(client: DbClient): Promise<readonly LaneBacklog[]> {
  const { rows } = await client.query<LaneBacklog>({
    text: `
with waiting as (
  (select lane, run_at from due where owner is null and action = 'send' and run_at <= now() limit $1)
  union all
  (select lane, run_at from push_chunks c where owner is null and done_at is null and run_at <= now()
    and not exists (select from paused_pushes z where z.notification_id = c.notification_id) limit $1)
)
select lane, count(*)::integer as due, extract(epoch from now() - min(run_at))::float8 as "oldestSeconds",
  exists (select from pauses z where z.provider in ('*', split_part(lane, ':', 1))
    and z.category in ('*', split_part(lane, ':', 2))) as paused
from waiting group by lane order by 3 desc`,
    values: [MOST_COUNTED],
  })
  return rows
}
