import type { Status } from '../../domain/status.ts'
import type { Db, DbClient } from '../db.ts'
import { between, choosePushes, chooseSms, type InboxChoice } from './read-inbox-pages.ts'

/** What the submission came to that a played life begins with. */
export interface PlayedStart {
  readonly status: Status
  readonly reason: string | null
  readonly uncertain: boolean
}

/**
 * Sets a captured message going again, as if it had been submitted once more, and tells those who look on. Returns the attempt's number;
 * null: there is no such message in the inbox, or it is still on its way. One that waits for a receipt is so for 15 s: the process that
 * would have reported it may have ended.
 */
export async function replayMessage(db: DbClient, id: number, start: PlayedStart): Promise<number | null> {
  const { rows } = await db.query<{ attempt: number }>({
    name: 'replay-message',
    text: REPLAY_MESSAGE,
    values: [id, start.status, start.reason, start.uncertain],
  })
  return rows[0]?.attempt ?? null
}

/** Nobody holds it, and nothing is due. */
const AT_REST = `owner is null and started_at is null and not exists (select from due d where d.message_id = messages.id)`

const REPLAY_MESSAGE = `
with played as (
  update messages set status = $2, reason = $3, attempt = attempt + 1, attempts_counted = attempts_counted + 1,
    uncertain_attempts = uncertain_attempts + $4::boolean::integer, updated_at = now(),
    provider_message_id = 'sandbox-' || id || '.' || (attempt + 1)
  where id = $1 and provider = 'sandbox' and ${AT_REST}
    and (status_rank(status) >= 3 or status = 'uncertain' or (status = 'sent' and updated_at < now() - interval '15 seconds'))
  returning id, attempt, provider_message_id
), logged as (
  insert into attempts (message_id, number, provider, provider_message_id, status, reason, code, started_at, finished_at)
  select id, attempt, 'sandbox', provider_message_id, $2, $3, case when $3::text is not null then 'sandbox' end, now(), now() from played
), told as (
  insert into inbox_changes (message_id) select id from played
), forgotten as (
  delete from inbox_changes where at < now() - interval '1 hour'
)
select attempt from played`

/** One step of a deletion that walks down from the newest. */
export interface Deleted {
  readonly count: number
  /** Where it goes on: below this id; 0: it is done. */
  readonly rest: number
}

/** Messages in one step. */
const MESSAGES_AT_ONCE = 1_000

/** Deletes captured messages with ids below `before`, with their attempts. What is still on its way is left alone. */
export async function deleteSms(db: DbClient, choice: InboxChoice, before: number): Promise<Deleted> {
  const values: unknown[] = [before, MESSAGES_AT_ONCE]
  const choosing = chooseSms(choice, values)
  if (choosing === null) return { count: 0, rest: 0 }
  const atRest = [...choosing.terms, AT_REST, `(status_rank(status) >= 2 or status = 'uncertain')`]
  const { rows } = await db.query<Deleted>(
    `
with picked as materialized (
  select id from messages where ${between({ ...choosing, terms: atRest }, '0')} for update skip locked
), gone as (
  delete from messages where id in (select id from picked) and provider = 'sandbox' returning id
), attempts_gone as (
  delete from attempts where message_id in (select id from gone)
)
select (select count(*)::integer from gone) as count, case when count(*) = $2 then min(id) else 0 end as rest from picked`,
    values,
  )
  return rows[0] ?? { count: 0, rest: 0 }
}

/** Notifications, and rows of theirs, in one step. */
const NOTIFICATIONS_AT_ONCE = 100
const TARGETS_AT_ONCE = 5_000

/** The next captured notifications below `before` whose targets have all ended. */
export async function listEndedPushes(db: Db, choice: InboxChoice, before: number): Promise<number[]> {
  const values: unknown[] = [before, NOTIFICATIONS_AT_ONCE]
  const choosing = choosePushes(choice, values)
  if (choosing === null) return []
  const ended = `not exists (select from push_chunks c where c.notification_id = notifications.id and c.done_at is null)`
  const chosen = { ...choosing, terms: [...choosing.terms, ended] }
  const { rows } = await db.query<{ id: number }>(`select id from notifications where ${between(chosen, '0')}`, values)
  return rows.map(({ id }) => id)
}

/** Deletes some targets of these notifications; false: none is left. */
export async function deleteTargets(db: DbClient, ids: readonly number[]): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'delete-inbox-targets',
    text: `
with picked as materialized (
  select notification_id, token_id from tokennotifications where notification_id = any ($1::bigint[]) limit $2
)
delete from tokennotifications t using picked p where t.notification_id = p.notification_id and t.token_id = p.token_id`,
    values: [ids, TARGETS_AT_ONCE],
  })
  return rowCount !== 0
}

/** Deletes notifications that have no targets left. Returns how many. */
export async function deletePushes(db: DbClient, ids: readonly number[]): Promise<number> {
  const { rows } = await db.query<{ count: number }>({
    name: 'delete-inbox-pushes',
    text: `
with chunks as (
  delete from push_chunks where notification_id = any ($1::bigint[])
), gone as (
  delete from notifications where id = any ($1::bigint[]) and provider = 'sandbox' returning id
)
select count(*)::integer as count from gone`,
    values: [ids],
  })
  return rows[0]?.count ?? 0
}

/** Tells those who look on that messages are gone. */
export async function tellDeleted(db: DbClient, tag: string | null, recipient: string | null): Promise<void> {
  await db.query({
    name: 'tell-deleted',
    text: `with forgotten as (delete from inbox_changes where at < now() - interval '1 hour')
      insert into inbox_changes (tag, recipient) values ($1, $2)`,
    values: [tag, recipient],
  })
}
