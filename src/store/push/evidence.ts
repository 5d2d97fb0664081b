import type { Evidence } from '../../domain/push/ticket.ts'
import { numbers } from '../arrays.ts'
import type { Db } from '../db.ts'
import { inTransaction } from '../transaction.ts'

/** What a device has said of a push. */
export interface Report {
  readonly notificationId: number
  readonly tokenId: number
  readonly evidence: Evidence
}

/**
 * Writes reports, all of them at once: a status moves forward only, and of each kind a device's first report counts. Whoever waits to see
 * whether an SMS has to stand in looks again. Returns those notifications that are known.
 */
export async function writeReports(db: Db, reports: readonly Report[]): Promise<ReadonlySet<number>> {
  return inTransaction(db, async (client) => {
    // Two nodes that write of one push come one after the other; the statements behind it see what the first has written.
    const { rows } = await client.query<{ id: number }>({
      name: 'lock-reported',
      text: `select id from notifications where id = any ($1::bigint[]) order by id for no key update`,
      values: [numbers([...new Set(reports.map(({ notificationId }) => notificationId))])],
    })
    const known = new Set(rows.map(({ id }) => id))
    const found = reports.filter(({ notificationId }) => known.has(notificationId))
    for (const evidence of ['received', 'opened'] as const) {
      const some = found.filter((report) => report.evidence === evidence)
      if (some.length > 0) await client.query(statement(evidence, some))
    }
    return known
  })
}

function statement(evidence: Evidence, reports: readonly Report[]): { name: string; text: string; values: unknown[] } {
  return {
    name: `write-${evidence}`,
    text: writeStatement(evidence),
    values: [
      numbers(reports.map(({ notificationId }) => notificationId)),
      numbers(reports.map(({ tokenId }) => tokenId)),
    ],
  }
}

// Targets of long lists have no row before their outcome is known, and a device may be quicker than that. What was not counted yet will be as
// sent: a device has it.
function writeStatement(evidence: Evidence): string {
  return `
with reported as materialized (
  select distinct r.notification_id, r.token_id from unnest($1::bigint[], $2::bigint[]) as r (notification_id, token_id)
    join tokens t on t.id = r.token_id
), prior as materialized (
  select r.notification_id, r.token_id, t.status,
    coalesce(status_rank(t.status), 0) < status_rank('${evidence}') as moves
  from reported r left join tokennotifications t on t.notification_id = r.notification_id and t.token_id = r.token_id
  where t.${evidence}_at is null
), written as (
  insert into tokennotifications as t (notification_id, token_id, status, ${evidence}_at)
  select notification_id, token_id, '${evidence}', now() from prior order by notification_id, token_id
  on conflict (notification_id, token_id) do update set ${evidence}_at = coalesce(t.${evidence}_at, excluded.${evidence}_at),
    status = case when status_rank(t.status) < status_rank('${evidence}') then '${evidence}' else t.status end,
    reason = case when status_rank(t.status) < status_rank('${evidence}') then null else t.reason end,
    updated_at = case when status_rank(t.status) < status_rank('${evidence}') then now() else t.updated_at end
), moved as (
  select notification_id, case when status in ('scheduled', 'queued', 'sending') then 'sent' else coalesce(status, 'sent') end as status, count(*)
  from prior where moves group by 1, 2
), changed as (
  select notification_id, status, -count as count from moved
  union all
  select notification_id, '${evidence}', sum(count) from moved group by 1
), counted as (
  update notifications n set tally = (
    select coalesce(jsonb_object_agg(s.status, s.count), '{}') from (
      select status, sum(count) as count from (
        select key as status, value::bigint as count from jsonb_each_text(n.tally)
        union all select status, count from changed c where c.notification_id = n.id) a
      group by status having sum(count) <> 0) s)
  where n.id in (select notification_id from changed)
)
update fallbacks set due_at = now()
where notification_id in (select notification_id from moved) and state = 'waiting' and due_at > now()`
}
