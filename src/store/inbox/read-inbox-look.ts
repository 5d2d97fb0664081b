import type { Db } from '../db.ts'

/** What somebody who watches the inbox already knows of one kind of row. */
export interface Known {
  /** Rows with higher ids are new. */
  readonly high: number
  /** Lower ids that are asked after again: not at their end. */
  readonly asked: readonly number[]
  /** Lower ids that are not visible yet. */
  readonly gaps: readonly Gap[]
}

/** Ids from one to another, both included. */
export interface Gap {
  readonly from: number
  readonly to: number
}

/** Transactions below `oldest` have all ended; those from `next` on had not begun. Both grow. */
export interface Horizon {
  readonly oldest: number
  readonly next: number
}

/** One row, as far as it must be known to tell whether it is worth loading. */
export interface Sighting {
  readonly id: number
  /** Went to the sandbox. */
  readonly ours: boolean
  /** Not taken yet: it waits, or is being submitted for the first time. */
  readonly waiting: boolean
  /** Nothing more is expected of it. */
  readonly settled: boolean
  /** Differs when anything about it did. */
  readonly version: string
}

/** Something a person did. */
export interface ChangeSighting {
  readonly id: number
  /** The message that was played; null: some were deleted. */
  readonly messageId: number | null
  readonly tag: string | null
  readonly recipient: string | null
}

export interface Look {
  /** The database's clock. */
  readonly at: Date
  readonly horizon: Horizon
  readonly sms: readonly Sighting[]
  readonly push: readonly Sighting[]
  readonly changes: readonly ChangeSighting[]
}

/** Where looking begins. */
export interface Base {
  /** The newest ids, whatever their provider. */
  readonly sms: readonly number[]
  readonly push: readonly number[]
  readonly changes: readonly number[]
  /** Those among the newest of the inbox that have not come to their end. */
  readonly openSms: readonly number[]
  readonly openPush: readonly number[]
}

/** New rows of each kind in one look, and in each gap; by id, so that a full one leaves nothing out below its last. */
export const MOST_NEW = 1_000

/** Rows that an insert may still be filling in lie among the newest this many: a batch of 10,000 may be long at it. */
export const BASE = 20_000
const MOST_OPEN = 1_000

export async function readBase(db: Db): Promise<Base> {
  const { rows } = await db.query<Base>({ name: 'inbox-base', text: READ_BASE, values: [BASE, MOST_OPEN] })
  const [row] = rows
  if (row === undefined) throw new Error('a statement without a condition gave no row')
  return row
}

const READ_BASE = `
select array(select id from messages order by id desc limit $1) as sms, array(select id from notifications order by id desc limit $1) as push,
  array(select id from inbox_changes order by id desc limit $1) as changes, array(
    select m.id from (select id, status from messages where provider = 'sandbox' order by id desc limit $2) m
    where status_rank(m.status) < 3) as "openSms", array(
    select n.id from (select id from notifications where provider = 'sandbox' order by id desc limit $2) n
    where exists (select from push_chunks c where c.notification_id = n.id and c.done_at is null)) as "openPush"`

/** One statement, however many look on. */
export async function look(db: Db, sms: Known, push: Known, changes: Known): Promise<Look> {
  const { rows } = await db.query<LookRow>({
    name: 'inbox-look',
    text: LOOK,
    values: [MOST_NEW, ...[sms, push, changes].flatMap(valuesOf)],
  })
  const clock = rows.find((row) => row.kind === 'clock')
  if (clock === undefined || clock.at === null) throw new Error('the database has no clock')
  const { at } = clock
  const horizon = { oldest: Number(clock.version), next: Number(clock.message_id) }
  const of = (kind: LookRow['kind']): LookRow[] => rows.filter((row) => row.kind === kind)
  return {
    at,
    horizon,
    sms: of('sms').map(toSighting),
    push: of('push').map(toSighting),
    changes: of('change').map(toChange),
  }
}

function valuesOf({ high, asked, gaps }: Known): readonly [number, ...(readonly number[])[]] {
  return [high, asked, gaps.map(({ from }) => from), gaps.map(({ to }) => to)]
}

const SMS_COLUMNS = `
  'sms' as kind, id, provider = 'sandbox' as ours, status in ('scheduled', 'queued', 'sending') and uncertain_attempts = 0 as waiting,
  status_rank(status) >= 3 as settled, updated_at::text as version, null::bigint as message_id, null as tag, null as recipient,
  null::timestamptz as at`

const PUSH_COLUMNS = `
  'push', n.id, n.provider = 'sandbox', coalesce(k.untouched, false), coalesce(k.done, true), coalesce(k.moved_at, n.time)::text, null::bigint,
  null, null, null::timestamptz`

const CHUNKS = `
left join lateral (
  select max(c.updated_at) as moved_at, bool_and(c.done_at is not null) as done, bool_and(c.tally = '{}') as untouched
  from push_chunks c where c.notification_id = n.id) k on true`

const CHANGE_COLUMNS = `'change', id, true, false, true, '', message_id, tag, recipient, at`

/** However wide a gap is, what is not there costs one step down an index. */
const WITHIN = 'id between g.first and g.last order by id limit $1'

function gapsAt(parameter: number): string {
  return `unnest($${parameter}::bigint[], $${parameter + 1}::bigint[]) as g (first, last)`
}

const LOOK = `
(select ${SMS_COLUMNS} from messages where id > $2 order by id limit $1)
union all (select ${SMS_COLUMNS} from messages where id = any ($3::bigint[]))
union all (select m.* from ${gapsAt(4)} cross join lateral (select ${SMS_COLUMNS} from messages where ${WITHIN}) m)
union all (select ${PUSH_COLUMNS} from (select id, provider, time from notifications where id > $6 order by id limit $1) n ${CHUNKS})
union all (select ${PUSH_COLUMNS} from notifications n ${CHUNKS} where n.id = any ($7::bigint[]))
union all (select ${PUSH_COLUMNS} from ${gapsAt(8)} cross join lateral (select id, provider, time from notifications where ${WITHIN}) n ${CHUNKS})
union all (select ${CHANGE_COLUMNS} from inbox_changes where id > $10 order by id limit $1)
union all (select ${CHANGE_COLUMNS} from inbox_changes where id = any ($11::bigint[]))
union all (select c.* from ${gapsAt(12)} cross join lateral (select ${CHANGE_COLUMNS} from inbox_changes where ${WITHIN}) c)
union all select 'clock', 0, true, false, true, pg_snapshot_xmin(pg_current_snapshot())::text,
  pg_snapshot_xmax(pg_current_snapshot())::text::bigint, null, null, now()`

interface LookRow extends Sighting {
  readonly kind: 'sms' | 'push' | 'change' | 'clock'
  readonly message_id: number | null
  readonly tag: string | null
  readonly recipient: string | null
  readonly at: Date | null
}

function toSighting({ id, ours, waiting, settled, version }: LookRow): Sighting {
  return { id, ours, waiting, settled, version }
}

function toChange({ id, message_id: messageId, tag, recipient }: LookRow): ChangeSighting {
  return { id, messageId, tag, recipient }
}
