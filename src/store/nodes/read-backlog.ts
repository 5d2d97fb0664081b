import type { Db } from '../db.ts'

/**
 * Pages of `due` that are looked at; a smaller table is counted, a larger one estimated from these. One holds some seventy rows, and for each
 * of them its key has to be looked up.
 */
const PAGES = { count: 1_000, keys: 250 }

/** Chunks of pushes that are looked at, each of up to 1,000 targets. */
const MOST_CHUNKS = 1_000_000

/**
 * SMS and targets of pushes that were accepted and not handed to a provider, scheduled ones included; estimated where there are more than some
 * tens of thousands. What it costs hardly grows with the SMS; each chunk of a push is read.
 */
export async function readBacklog(db: Db): Promise<number> {
  const { rows } = await db.query<{ waiting: number }>({
    name: 'read-backlog',
    text: `${SAMPLE}
select ((select count(*) from due tablesample system ((select percent from sample)) where action = 'send') * 100 / percent
  + (select coalesce(sum(size), 0) from ${CHUNKS}))::float8 as waiting
from sample`,
    values: [PAGES.count, MOST_CHUNKS],
  })
  return Math.round(rows[0]?.waiting ?? 0)
}

/** The same for each key, by its row; null: what came without one. Costs more: the key of each row that is looked at is looked up. */
export async function readBacklogByKey(db: Db): Promise<ReadonlyMap<number | null, number>> {
  const { rows } = await db.query<{ key_id: number | null; waiting: number }>({
    name: 'read-backlog-by-key',
    text: `${SAMPLE}, waiting as (
  select (select key_id from messages m where m.id = d.message_id), 100 / percent as count
  from sample cross join due d tablesample system ((select percent from sample))
  where d.action = 'send'
  union all
  select (select key_id from notifications n where n.id = c.notification_id), size from ${CHUNKS}
)
select key_id, sum(count)::float8 as waiting from waiting group by key_id`,
    values: [PAGES.keys, MOST_CHUNKS],
  })
  return new Map(rows.map((row) => [row.key_id, Math.round(row.waiting)]))
}

/** How much of the table makes that many pages. */
const SAMPLE = `with sample as materialized (
  select least(100, 100.0 * $1 * current_setting('block_size')::integer / greatest(pg_relation_size('due'), 1))::float8 as percent
)`

const CHUNKS = `(select notification_id, size from push_chunks where owner is null and done_at is null limit $2) c`
