import type pg from 'pg'
import { septetsOf } from '../../domain/sms/gsm7.ts'

/** What was taken over, in rows. */
export interface Adopted {
  readonly messages: number
  /** Among them: their client was gone, or had no contact. */
  readonly messagesOfNobody: number
  /** People, those without a number not counted. */
  readonly clients: number
  /** Rows of clients that were somebody else's double. */
  readonly clientsMerged: number
  readonly tokens: number
  readonly tokensMerged: number
  readonly notifications: number
  readonly deliveries: number
  /** Pairs of a token and a notification that stood before, once their tokens are one. */
  readonly pairsMerged: number
  /** Pairs whose token or notification was gone or empty, and tokens without a text: nothing could be kept of them. */
  readonly leftOut: number
  /** Messages and notifications without a time, which got that of the next one. */
  readonly timeless: number
}

/**
 * What adopted rows are. They were handed to a provider, or were not: nobody wrote it down. Nothing of them is ever due, so they are
 * never sent.
 */
const FATE = { status: 'uncertain', reason: 'adopted', provider: 'adopted' } as const
const FATE_SQL = `'${FATE.status}', '${FATE.reason}'`

/** Ids in one partition, and how each is stored: as `ensure_partitions()` makes them. */
const PARTITIONS = [
  { parent: 'messages', column: 'id', of: 'messages', span: 5_000_000, options: 'with (fillfactor = 50)' },
  { parent: 'attempts', column: 'id', of: 'messages', span: 5_000_000, options: '' },
  { parent: 'sms_parts', column: 'id', of: 'messages', span: 5_000_000, options: '' },
  {
    parent: 'tokennotifications',
    column: 'id',
    of: 'notifications',
    span: 100_000,
    options: 'with (fillfactor = 75)',
  },
] as const

/**
 * Fills our empty tables in `public` from the original ones in the schema `aside`, where `client_map` holds every client's id
 * (`old_id`) and its number (`contact`, null: none), and sets the counters of ids to go on where the original's stopped.
 */
export async function copyAll(client: pg.Client, aside: string): Promise<Adopted> {
  for (const table of ['messages', 'notifications']) await dropZone(client, aside, table)
  await makeMaps(client, aside)
  await makePartitions(client, aside)
  const clients = await copyClients(client, aside)
  const messages = await copyMessages(client, aside)
  const tokens = await copyTokens(client, aside)
  const pushes = await copyNotifications(client, aside)
  for (const table of ['clients', 'messages', 'tokens', 'notifications', 'tokennotifications']) {
    await continueIds(client, aside, table)
  }
  await client.query('select ensure_partitions()')
  await client.query('analyze public.clients, public.messages, public.tokens, public.notifications')
  await client.query('analyze public.tokennotifications')
  return { ...clients, ...messages, ...tokens, ...pushes, timeless: messages.timeless + pushes.timeless }
}

/** Somebody may have changed the column; from here on all times are in UTC, without a zone. */
async function dropZone(client: pg.Client, aside: string, table: string): Promise<void> {
  const { rows } = await client.query(
    `select from pg_attribute where attrelid = to_regclass($1) and attname = 'time' and atttypid = 'timestamptz'::regtype`,
    [`${aside}.${table}`],
  )
  if (rows.length === 0) return
  await client.query(`alter table ${aside}.${table} alter time type timestamp using time at time zone 'UTC'`)
}

/** Every old id with the one that stands for it: the lowest of those with the same number or token. */
async function makeMaps(client: pg.Client, aside: string): Promise<void> {
  await client.query(`alter table ${aside}.client_map add new_id bigint`)
  await client.query(`
    update ${aside}.client_map m set new_id = l.id from (
      select old_id, case when contact is null then old_id else min(old_id) over (partition by contact) end as id from ${aside}.client_map) l
    where l.old_id = m.old_id`)
  await client.query(`
    create table ${aside}.token_map as
    select id::bigint as old_id, token::text as token, min(id::bigint) over (partition by token) as new_id
    from ${aside}.tokens where token <> ''`)
  await client.query(`create index on ${aside}.token_map (old_id)`)
  // A row for those that point at nobody, with the next id.
  await client.query(`
    insert into ${aside}.client_map (old_id, new_id)
    select n.id, n.id from (select greatest((select max(old_id) from ${aside}.client_map), ${lastGiven(aside, 'clients')}, 0) + 1 as id) n
    where exists (select from ${aside}.messages m where not exists (
      select from ${aside}.client_map c where c.old_id = m.client_id))`)
  await client.query(`analyze ${aside}.client_map, ${aside}.token_map`)
}

async function makePartitions(client: pg.Client, aside: string): Promise<void> {
  for (const { parent, column, of, span, options } of PARTITIONS) {
    await client.query(
      `select ensure_partition($1, p.part, $2, $3)
       from (select distinct ${column}::bigint / $2::bigint as part from ${aside}.${of}) p`,
      [parent, span, options],
    )
  }
}

/** A person was there no later than the first message to whoever came next: ids follow time. */
async function copyClients(client: pg.Client, aside: string): Promise<Pick<Adopted, 'clients' | 'clientsMerged'>> {
  const { rows } = await client.query<{ clients: number; all: number }>(`
    with firsts as (
      select c.new_id, min(c.contact) as contact, min(${utc('m.time')}) as first
      from ${aside}.client_map c left join ${aside}.messages m on m.client_id = c.old_id group by c.new_id
    ), added as (
      insert into public.clients (id, contact, created_at, erased_at, erase_done_at)
      select new_id, coalesce(contact, 'erased:' || new_id),
        coalesce(min(first) over (order by new_id desc), now()),
        case when contact is null then now() end, case when contact is null then now() end
      from firsts order by new_id
      returning erased_at is null as known
    )
    select count(*) filter (where known)::integer as clients,
      (select count(*)::integer from ${aside}.client_map where contact is not null) as "all"
    from added`)
  const { clients = 0, all = 0 } = rows[0] ?? {}
  return { clients, clientsMerged: all - clients }
}

async function copyMessages(
  client: pg.Client,
  aside: string,
): Promise<Pick<Adopted, 'messages' | 'messagesOfNobody' | 'timeless'>> {
  const { rowCount } = await client.query(
    `insert into public.messages (id, client_id, subject, body, time, segments, encoding, provider, on_uncertain, expires_at, status, reason, updated_at)
     select m.id, c.new_id, m.subject, m.body, m.time,
       least(case when u.units <= u.alone then 1 else (u.units + u.joined - 1) / u.joined end, 255), u.encoding,
       '${FATE.provider}', 'fail', m.time, ${FATE_SQL}, m.time
     from (select id::bigint as id, client_id, coalesce(subject, '') as subject, coalesce(body, '') as body, ${timeOf('time')} as time
         from ${aside}.messages) m
       join ${aside}.client_map c on c.old_id = coalesce(
         (select k.old_id from ${aside}.client_map k where k.old_id = m.client_id), (select max(old_id) from ${aside}.client_map))
       cross join lateral (${MEASURED}) u
     order by m.id`,
    [`^${oneOf(1, 2)}*$`, oneOf(2), ASTRAL],
  )
  const { rows } = await client.query<{ nobody: number; timeless: number }>(`
    select (select count(*)::integer from public.messages m join public.clients c on c.id = m.client_id where c.erased_at is not null) as nobody,
      (select count(*)::integer from ${aside}.messages where time is null) as timeless`)
  const { nobody = 0, timeless = 0 } = rows[0] ?? {}
  return { messages: rowCount ?? 0, messagesOfNobody: nobody, timeless }
}

async function copyTokens(client: pg.Client, aside: string): Promise<Pick<Adopted, 'tokens' | 'tokensMerged'>> {
  const { rows } = await client.query<{ tokens: number; all: number }>(`
    with firsts as (
      select t.new_id, min(t.token) as token, min(${utc('n.time')}) as first
      from ${aside}.token_map t left join ${aside}.tokennotifications p on p.token_id = t.old_id
        left join ${aside}.notifications n on n.id = p.notification_id
      group by t.new_id
    ), added as (
      insert into public.tokens (id, token, created_at)
      select new_id, token, coalesce(min(first) over (order by new_id desc), now())
      from firsts order by new_id
      returning id
    )
    select count(*)::integer as tokens, (select count(*)::integer from ${aside}.token_map) as "all" from added`)
  const { tokens = 0, all = 0 } = rows[0] ?? {}
  return { tokens, tokensMerged: all - tokens }
}

/** One without a pair went to a topic, whose name was not kept, or lost its targets: it counts as one target. */
async function copyNotifications(
  client: pg.Client,
  aside: string,
): Promise<Pick<Adopted, 'notifications' | 'deliveries' | 'pairsMerged' | 'leftOut' | 'timeless'>> {
  await client.query(`
    create table ${aside}.pairs as
    select min(p.id::bigint) as id, t.new_id as token_id, n.id::bigint as notification_id, count(*) as times
    from ${aside}.tokennotifications p join ${aside}.token_map t on t.old_id = p.token_id
      join ${aside}.notifications n on n.id = p.notification_id
    group by t.new_id, n.id`)
  const { rowCount: notifications } = await client.query(`
    insert into public.notifications (id, title, body, time, provider, on_uncertain, expires_at, targets, tally)
    select n.id, n.title, n.body, n.time, '${FATE.provider}', 'fail', n.time, n.targets, jsonb_build_object('${FATE.status}', n.targets)
    from (select id::bigint as id, coalesce(title, '') as title, coalesce(body, '') as body, ${timeOf('time')} as time,
        coalesce(t.targets, 1) as targets
      from ${aside}.notifications o left join (
        select notification_id, count(*) as targets from ${aside}.pairs group by notification_id) t on t.notification_id = o.id) n
    order by n.id`)
  const { rowCount: deliveries } = await client.query(`
    insert into public.tokennotifications (id, token_id, notification_id, status, reason, updated_at)
    select p.id, p.token_id, p.notification_id, ${FATE_SQL}, n.time
    from ${aside}.pairs p join public.notifications n on n.id = p.notification_id order by p.notification_id, p.token_id`)
  const { rows } = await client.query<{ merged: number; leftOut: number; timeless: number }>(`
    select coalesce(sum(times - 1), 0)::integer as merged,
      ((select count(*) from ${aside}.tokennotifications) - coalesce(sum(times), 0)
        + (select count(*) from ${aside}.tokens where token is null or token = ''))::integer as "leftOut",
      (select count(*)::integer from ${aside}.notifications where time is null) as timeless
    from ${aside}.pairs`)
  const { merged = 0, leftOut = 0, timeless = 0 } = rows[0] ?? {}
  return { notifications: notifications ?? 0, deliveries: deliveries ?? 0, pairsMerged: merged, leftOut, timeless }
}

/** Also where the last rows are gone: no id ever stands for two. */
async function continueIds(client: pg.Client, aside: string, table: string): Promise<void> {
  await client.query(
    `select setval($1, n.last) from (
       select greatest((select max(id) from public.${table}), (select max(id) from ${aside}.${table}), ${lastGiven(aside, table)}) as last) n
     where n.last > 0`,
    [`public.${table}_id_seq`],
  )
}

/** The last id that the original gave out; null: none, or another one counted. */
function lastGiven(aside: string, table: string): string {
  return `(select s.last_value from pg_sequences s where s.schemaname = '${aside}' and s.sequencename = '${table}_id_seq')`
}

/** Its times have no zone, and were taken in UTC: `datetime.utcnow` was the application's clock. */
function utc(column: string): string {
  return `(${column} at time zone 'UTC')`
}

/** A row without a time is no younger than the next one that has one. */
function timeOf(column: string): string {
  const time = utc(column)
  return `coalesce(${time}, min(${time}) over (order by id desc), now())`
}

/**
 * As `measureText` counts; only where an escape pair or a character lies across a seam it may be one segment less. $1: a text of the GSM
 * alphabet alone, $2: its characters of two septets, $3: any beyond the first 65,536. Patterns cost a tenth of what `translate` does.
 */
const MEASURED = `
  select case when g.gsm then 'gsm7' else 'ucs2' end as encoding,
    case when g.gsm then 160 else 70 end as alone, case when g.gsm then 153 else 67 end as joined,
    length(m.body) + case when not (m.body ~ case when g.gsm then $2 else $3 end) then 0
      else length(regexp_replace(m.body, '[^' || substr(case when g.gsm then $2 else $3 end, 2), '', 'g')) end as units
  from (select m.body ~ $1 as gsm) g`

const ASTRAL = '[\\U00010000-\\U0010ffff]'

/** Those of the GSM alphabet that take one of these numbers of septets, as a bracket expression. */
function oneOf(...septets: readonly number[]): string {
  const codes = Array.from({ length: 0x20ad }, (_, code) => code).filter((code) => septets.includes(septetsOf(code)))
  return `[${codes.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('')}]`
}
