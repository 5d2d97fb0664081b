import type pg from 'pg'

/** What is carried, in an order in which no row refers to one that comes later. A test holds it against the schema. */
export const TABLES = [
  'nodes',
  'clients',
  'inbound',
  'inbound_parts',
  'opt_outs',
  'consent_events',
  'messages',
  'attempts',
  'sms_parts',
  'number_flags',
  'tokens',
  'web_subscriptions',
  'notifications',
  'fallbacks',
  'push_chunks',
  'tokennotifications',
  'due',
  'parked_receipts',
  'unreadable_receipts',
  'idempotency_keys',
  'inbox_changes',
  'api_keys',
  'audit',
  'templates',
  'template_versions',
  'retention',
  'retention_left',
  'pauses',
  'paused_pushes',
  'webhooks',
  'topics',
  'topic_subscriptions',
] as const

/**
 * What is not: counters of minutes and days, which node holds which bind, who is signed in in a browser, what migrations write themselves, and
 * events, whose order is that of one server's transactions.
 */
export const LEFT_OUT = [
  'rate_limits',
  'recipient_counts',
  'code_traffic',
  'rule_alarms',
  'spending',
  'binds',
  'sessions',
  'sign_in_links',
  'schema_migrations',
  'events',
  'event_listeners',
  'event_log',
  'webhook_deliveries',
  'webhook_attempts',
  'webhook_cursor',
  'topic_counts',
] as const

export interface Table {
  readonly name: string
  /** Without those that the database works out itself. */
  readonly columns: readonly string[]
}

/** One range of ids: those from `part * span` up to the next. */
export interface Partition {
  readonly parent: string
  readonly part: number
  readonly span: number
}

/** How a database is laid out, and how far it has counted. */
export interface Layout {
  readonly migrations: readonly string[]
  readonly tables: readonly Table[]
  readonly partitions: readonly Partition[]
  /** The last number each has given out; those that have given none are left out. */
  readonly sequences: readonly { readonly name: string; readonly last: number }[]
}

/** Null: there is no Tidings in this database. */
export async function readLayout(client: pg.Client): Promise<Layout | null> {
  const migrations = await readMigrations(client)
  if (migrations === null) return null
  return {
    migrations,
    tables: await readTables(client),
    partitions: await readPartitions(client),
    sequences: await readSequences(client),
  }
}

/** The names of the migrations in their order; null: none was ever done. */
export async function readMigrations(client: pg.Client): Promise<readonly string[] | null> {
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('public.schema_migrations') is not null as there`,
  )
  if (rows[0]?.there !== true) return null
  const applied = await client.query<{ name: string }>('select name from public.schema_migrations order by id')
  return applied.rows.length === 0 ? null : applied.rows.map(({ name }) => name)
}

async function readTables(client: pg.Client): Promise<readonly Table[]> {
  const { rows } = await client.query<Table>(
    `select c.relname::text as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname = any ($1)
     group by c.relname`,
    [TABLES],
  )
  return TABLES.flatMap((name) => rows.find((row) => row.name === name) ?? [])
}

async function readPartitions(client: pg.Client): Promise<readonly Partition[]> {
  const { rows } = await client.query<{ parent: string; low: string; high: string }>(
    `select p.relname::text as parent, b.bounds[1] as low, b.bounds[2] as high
     from pg_class p join pg_inherits i on i.inhparent = p.oid join pg_class c on c.oid = i.inhrelid
       cross join lateral regexp_match(pg_get_expr(c.relpartbound, c.oid), $$FROM \\('?(\\d+)'?\\) TO \\('?(\\d+)'?\\)$$) as b (bounds)
     where p.relnamespace = 'public'::regnamespace and p.relname = any ($1) and b.bounds is not null
     order by parent, b.bounds[1]::bigint`,
    [TABLES],
  )
  return rows.map(({ parent, low, high }) => {
    const span = Number(high) - Number(low)
    return { parent, part: Number(low) / span, span }
  })
}

async function readSequences(client: pg.Client): Promise<Layout['sequences']> {
  const { rows } = await client.query<{ name: string; last: string }>(
    `select s.sequencename::text as name, s.last_value::text as last
     from pg_sequences s join pg_class c on c.relname = s.sequencename and c.relnamespace = 'public'::regnamespace
       join pg_depend d on d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
       join pg_class t on t.oid = d.refobjid
     where s.schemaname = 'public' and t.relname = any ($1) and s.last_value is not null order by name`,
    [TABLES],
  )
  return rows.map(({ name, last }) => ({ name, last: Number(last) }))
}
