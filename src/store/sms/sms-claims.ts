import type { Category, OnUncertain } from '../../domain/category.ts'
import { ERASED, type Msisdn } from '../../domain/contact.ts'
import type { Db } from '../db.ts'
import { mayHaveParts } from './parts-sql.ts'
import type { SmsWork } from './sms-work.ts'

interface ClaimedRow {
  readonly id: number
  readonly contact: Msisdn
  readonly sender: string | null
  readonly text: string
  readonly segments: number
  readonly category: Category
  readonly on_uncertain: OnUncertain
  readonly provider: string
  readonly attempt: number
  readonly uncertain_attempts: number
  readonly tried: readonly string[] | null
  readonly tlvs: Readonly<Record<string, string>> | null
  readonly time_zone: string | null
  readonly resume: { readonly reference: number; readonly total: number; readonly accepted: readonly number[] } | null
}

/** Takes what is due for sending, up to each lane's room, oldest first; rows other nodes are taking are passed over. */
export async function claimDue(db: Db, owner: number, rooms: ReadonlyMap<string, number>): Promise<SmsWork[]> {
  const { rows } = await db.query<ClaimedRow>({
    name: 'claim-due',
    text: CLAIM_DUE,
    values: [owner, [...rooms.keys()], [...rooms.values()]],
  })
  return rows.map((row) => toWork(row, owner))
}

function toWork(row: ClaimedRow, owner: number): SmsWork {
  return {
    id: row.id,
    contact: row.contact,
    sender: row.sender,
    text: row.text,
    segments: row.segments,
    category: row.category,
    onUncertain: row.on_uncertain,
    provider: row.provider,
    owner,
    attempt: row.attempt,
    due: true,
    tried: row.tried ?? [],
    ...(row.uncertain_attempts === 0 ? {} : { uncertainAttempts: row.uncertain_attempts }),
    ...(row.tlvs === null ? {} : { tlvs: row.tlvs }),
    ...(row.time_zone === null ? {} : { timeZone: row.time_zone }),
    ...(row.resume === null ? {} : { resume: row.resume }),
  }
}

// What this provider has of the newest parts of a long message and did not report back. All or none of them: then it is sent anew, under
// another reference.
const RESUME = `
case when t.attempt > 0 and ${mayHaveParts('t.segments', 't.text')} then (
  select case when g.taken between 1 and g.total - 1 then jsonb_build_object('reference', g.reference, 'total', g.total, 'accepted', g.numbers) end
  from (
    select p.reference, max(p.total) as total, jsonb_agg(distinct p.number) filter (where p.status in ('sent', 'delivered')) as numbers,
      count(distinct p.number) filter (where p.status in ('sent', 'delivered')) as taken
    from sms_parts p where p.message_id = t.id and p.provider = t.provider
    group by p.reference order by max(p.attempt) desc limit 1) g) end`

// What ended meanwhile (a late receipt, an expiry) leaves its due row behind: it goes at once. What some node still submits waits, and what was
// redirected to somebody who is erased now, until it expires.
const CLAIM_DUE = `
with me as materialized (
  select id from nodes where id = $1 and ended_at is null for key share
), picked as materialized (
  select d.id, d.message_id from me, unnest($2::text[], $3::integer[]) as l (lane, room) cross join lateral (
    select id, message_id from due
    where lane = l.lane and action = 'send' and owner is null and run_at <= now()
    order by run_at limit l.room for update skip locked) d
), taken as (
  update messages m set owner = $1, updated_at = now(), status = case m.status when 'scheduled' then 'queued' else m.status end
  from picked p, clients c
  where m.id = p.message_id and c.id = m.client_id and m.owner is null and status_rank(m.status) < 3 and m.redirected_to is distinct from '${ERASED}'
  returning m.id, coalesce(m.redirected_to, c.contact) as contact, m.sender, coalesce(m.text, m.body) as text, m.segments, m.category, m.on_uncertain, m.provider, m.attempt,
    m.uncertain_attempts, m.tried, m.tlvs, m.time_zone
), marked as (
  update due set owner = $1 where id in (select p.id from picked p join taken t on t.id = p.message_id)
), stale as (
  delete from due where id in (
    select p.id from picked p where not exists (select from messages m where m.id = p.message_id and status_rank(m.status) < 3))
), later as (
  update due set run_at = now() + interval '5 seconds' where id in (
    select p.id from picked p join messages m on m.id = p.message_id
    where status_rank(m.status) < 3 and p.message_id not in (select id from taken))
)
select id, contact, sender, text, segments, category, on_uncertain, provider, attempt, uncertain_attempts, tried, tlvs, time_zone, ${RESUME} as resume
from taken t`
