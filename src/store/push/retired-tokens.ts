import { FINAL } from './read-tokens.ts'
import { UNDO_DAYS } from '../../domain/push/device.ts'
import type { DbClient } from '../db.ts'

/** What is told of devices, and is nobody's business once they are gone. */
const NOTHING_SAID =
  'client_id = null, platform = null, app = null, locale = null, time_zone = null, last_seen_at = null, stale_at = null'

// By an index each: asked for together they would be looked for in all rows.
const ALL_ADDRESSES = (of: string): string => `
  select t.id from (select id from ${of} union select s.id from ${of} d join tokens s on s.sent_as = d.id) a join tokens t on t.id = a.id
  order by t.id for no key update of t`

/**
 * Takes devices away, with all their addresses, and forgets what was told of them. Each is named by a token or an installation id; the answer says
 * of each whether it was there. They are sent to again when they are registered again.
 */
export async function deleteDevices(client: DbClient, names: readonly string[]): Promise<readonly boolean[]> {
  const { rows } = await client.query<{ there: boolean }>({
    name: 'delete-devices',
    text: `
with named as materialized (
  select n.ord, coalesce(t.sent_as, t.id) as id
  from unnest($1::text[]) with ordinality as n (name, ord)
    left join tokens t on t.hash in (token_hash('token', n.name), token_hash('fid', n.name)) and t.retired_reason is distinct from 'erased'
), rows as (
${ALL_ADDRESSES('named')}
), gone as (
  update tokens t set retired_at = coalesce(t.retired_at, now()), retired_reason = 'deleted', ${NOTHING_SAID} from rows r where t.id = r.id
)
select bool_or(id is not null) as there from named group by ord order by ord`,
    values: [names],
  })
  return rows.map(({ there }) => there)
}

/** Takes a retirement back that is not older than UNDO_DAYS. False: there is none. */
export async function restoreToken(client: DbClient, id: number): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'restore-token',
    text: `update tokens t set ${RESTORED} where t.id = $1 and ${CAN_BE_RESTORED}`,
    values: [id],
  })
  return rowCount === 1
}

/** The same for what was retired at `since` or later, for this reason (null: any), at most `limit` of them. Returns how many. */
export async function restoreTokens(
  client: DbClient,
  since: Date,
  reason: string | null,
  limit: number,
): Promise<number> {
  const { rowCount } = await client.query({
    name: 'restore-tokens',
    text: `update tokens t set ${RESTORED} from (
        select id from tokens t where t.retired_at >= $1 and ($2::text is null or t.retired_reason = $2) and ${CAN_BE_RESTORED}
        order by id limit $3 for no key update) r
      where t.id = r.id`,
    values: [since, reason, limit],
  })
  return rowCount ?? 0
}

// Seen long ago, it would be retired again within the hour: whoever takes that back knows that it is there.
const RESTORED = `retired_at = null, retired_reason = null, stale_at = null,
  last_seen_at = case when t.retired_reason = 'stale' then now() else t.last_seen_at end`
const CAN_BE_RESTORED = `t.retired_at > now() - make_interval(days => ${UNDO_DAYS}) and t.retired_reason <> all (${FINAL})`

/** What one step of a walk over all devices did. */
export interface StaleStep {
  /** Where the next one begins; null: this was the last. */
  readonly next: number | null
  readonly marked: number
  readonly retired: number
}

/**
 * Marks those of the next devices that were not seen for `staleDays`, retires those not seen for `dropDays` (0: none), and forgets whose those
 * were whose retirement can't be undone any more. Devices that were never registered are left alone: nobody says when they are seen.
 */
export async function markStale(
  client: DbClient,
  after: number,
  limit: number,
  { staleDays, dropDays }: { readonly staleDays: number; readonly dropDays: number },
): Promise<StaleStep> {
  const { rows } = await client.query<StaleStep>({
    name: 'mark-stale',
    text: `
with looked as materialized (
  select id, retired_at,
    coalesce($3 > 0 and stale_at is null and last_seen_at < now() - make_interval(days => $3), false) as stale,
    coalesce($4 > 0 and last_seen_at < now() - make_interval(days => $4), false) as late
  from tokens where id > $1 order by id limit $2
), marked as (
  update tokens t set stale_at = coalesce(t.stale_at, now()),
    retired_at = case when l.late then now() end, retired_reason = case when l.late then 'stale' end
  from looked l where t.id = l.id and l.retired_at is null and t.retired_at is null and (l.stale or l.late)
  returning l.late
), forgotten as (
  update tokens t set ${NOTHING_SAID} from looked l
  where t.id = l.id and l.retired_at < now() - make_interval(days => ${UNDO_DAYS}) and t.retired_at = l.retired_at and t.last_seen_at is not null
)
select (select max(id) from looked having count(*) = $2) as next, (select count(*)::integer from marked) as marked,
  (select count(*)::integer from marked where late) as retired`,
    values: [after, limit, staleDays, dropDays],
  })
  return rows[0] ?? { next: null, marked: 0, retired: 0 }
}

/** Takes a person's devices away, with their addresses themselves: nothing can be sent to them any more. Returns how many rows there were. */
export async function eraseDevices(client: DbClient, clientId: number): Promise<number> {
  const { rowCount } = await client.query({
    name: 'erase-devices',
    text: `
with own as materialized (
  select id from tokens where client_id = $1
), rows as (
${ALL_ADDRESSES('own')}
), uncounted as (
  delete from recipient_counts where contact in (select 'device:' || id from rows)
)
update tokens t set kind = 'token', token = 'erased:' || t.id, retired_at = coalesce(t.retired_at, now()), retired_reason = 'erased', ${NOTHING_SAID}
from rows r where t.id = r.id`,
    values: [clientId],
  })
  return rowCount ?? 0
}
