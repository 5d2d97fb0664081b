import type { Category, OnUncertain } from '../../domain/category.ts'
import { usualConsentGroup, type ConsentGroup } from '../../domain/consent.ts'
import type { Msisdn } from '../../domain/contact.ts'
import type { Status } from '../../domain/status.ts'
import { numbers, texts } from '../arrays.ts'
import { isHeldBackSql } from '../inbound/consent-sql.ts'
import type { DbClient } from '../db.ts'
import { IS_OWNERS } from './due-sql.ts'

/** What a node needs in memory to submit a message. */
export interface SmsWork {
  readonly id: number
  readonly contact: Msisdn
  readonly sender: string | null
  readonly text: string
  readonly segments: number
  readonly category: Category
  readonly onUncertain: OnUncertain
  readonly provider: string
  /** The mark under which this process took it; a process that was declared dead has another one since. */
  readonly owner: number
  /** Submissions begun when it came into memory; its start makes it one more. */
  readonly attempt: number
  /** True: a `due` row stands for it and goes when it is settled. */
  readonly due: boolean
  /** Providers that it went on from, in order. */
  readonly tried: readonly string[]
  /** Its attempts before this one that may have been sent; absent: none. */
  readonly uncertainAttempts?: number
  /** The caller's own optional parameters of SMPP, by tag; absent: none. */
  readonly tlvs?: Readonly<Record<string, string>>
  /** The recipient's, as the caller named it; absent: his number tells. */
  readonly timeZone?: string
  /** Parts that this provider has of it from earlier attempts; absent: none. Another submission to it sends the others alone. */
  readonly resume?: { readonly reference: number; readonly total: number; readonly accepted: readonly number[] }
}

export interface Started {
  readonly id: number
  /** `expired` and its like: it was ended instead; anything else than `sending` must not be submitted. */
  readonly status: Status
  readonly attempt: number
  readonly attemptsCounted: number
  readonly uncertainAttempts: number
  /** As Postgres writes it, to be handed back as it is. */
  readonly startedAt: string
  readonly ageMs: number
  readonly remainingMs: number
}

/**
 * The one gate before a provider: marks as `sending` those of `works` that are still this owner's and still open, and ends those whose
 * validity is over, and those whose recipient opted out of their group. Only what comes back as `sending` may be written to a provider.
 * Safe to repeat when its COMMIT's answer was lost, and changes nothing when it is executed late, after a next attempt has begun.
 */
export async function startMessages(
  client: DbClient,
  owner: number,
  works: readonly SmsWork[],
  groupOf: ConsentGroup = usualConsentGroup,
): Promise<Started[]> {
  const { rows } = await client.query<{
    id: number
    status: Status
    attempt: number
    attempts_counted: number
    uncertain_attempts: number
    started_at: string
    age_ms: number
    remaining_ms: number
  }>({
    name: 'start-messages',
    text: START_MESSAGES,
    values: [
      owner,
      numbers(works.map((work) => work.id)),
      numbers(works.map((work) => work.attempt)),
      texts(works.map((work) => work.contact)),
      texts(works.map(groupOf)),
    ],
  })
  return rows.map((row) => ({
    id: row.id,
    status: row.status,
    attempt: row.attempt,
    attemptsCounted: row.attempts_counted,
    uncertainAttempts: row.uncertain_attempts,
    startedAt: row.started_at,
    ageMs: row.age_ms,
    remainingMs: row.remaining_ms,
  }))
}

// A message that may have been sent, or was reported back after it was, or of which a part was taken, does not become "too late, not sent".
// Who opted out is looked up first, once a message: the update would ask for each column that depends on it.
const START_MESSAGES = `
with asked as materialized (
  select t.id, t.attempt, coalesce(${isHeldBackSql('t.id', 't.contact', 't.consent_group')}, false) as stopped
  from unnest($2::bigint[], $3::integer[], $4::text[], $5::text[]) as t (id, attempt, contact, consent_group)
), begun as (update messages m set
  status = case
    when m.expires_at > now() and not i.stopped then 'sending'
    when m.status = 'sent' then 'undelivered'
    when m.uncertain_attempts > 0 then 'uncertain'
    when m.provider_message_id is not null then 'undelivered'
    when i.stopped then 'suppressed'
    else 'expired' end,
  reason = case when i.stopped and m.status <> 'sent' and m.uncertain_attempts = 0 and m.provider_message_id is null then 'opted_out'
    else m.reason end,
  attempt = case when m.expires_at > now() and not i.stopped then i.attempt + 1 else m.attempt end,
  started_at = case when m.expires_at > now() and not i.stopped then now() end,
  owner = case when m.expires_at > now() and not i.stopped then m.owner end,
  updated_at = now()
from asked i
where m.id = i.id and m.owner = $1 and m.attempt between i.attempt and i.attempt + 1 and status_rank(m.status) < 3
returning m.id, m.status, m.attempt, m.attempts_counted, m.uncertain_attempts, coalesce(m.started_at, now())::text as started_at,
  (extract(epoch from now() - m.time) * 1000)::float8 as age_ms,
  (extract(epoch from m.expires_at - now()) * 1000)::float8 as remaining_ms
), cleared as (
  delete from due where ${IS_OWNERS} and message_id in (select id from begun where status <> 'sending')
)
select id, status, attempt, attempts_counted, uncertain_attempts, started_at, age_ms, remaining_ms from begun`

/** Lets go of messages that were not started: they wait in `due`, for any node, `waitMs` from now. */
export async function releaseMessages(
  client: DbClient,
  owner: number,
  ids: readonly number[],
  waitMs: number,
): Promise<void> {
  await client.query({
    name: 'release-messages',
    text: `
with freed as (
  update messages set owner = null where id = any ($2::bigint[]) and owner = $1 and status_rank(status) < 3 and status <> 'sending'
  returning id, provider, category, expires_at
), again as (
  update due set owner = null, run_at = now() + make_interval(secs => $3 / 1000.0)
  where message_id in (select id from freed) and ${IS_OWNERS} returning message_id
)
insert into due (message_id, lane, action, run_at, expires_at)
select id, provider || ':' || category, 'send', now() + make_interval(secs => $3 / 1000.0), expires_at
from freed where id not in (select message_id from again)`,
    values: [owner, ids, waitMs],
  })
}

/** A message that goes on to another provider before an attempt at the one it waited for. */
export interface Detour {
  readonly work: SmsWork
  readonly provider: string
}

/** Lets go of messages that were not started, each for another provider: they wait in its lane in `due`, for any node, from now on. */
export async function rerouteMessages(client: DbClient, owner: number, detours: readonly Detour[]): Promise<void> {
  await client.query({
    name: 'reroute-messages',
    text: `
with freed as (
  update messages m set owner = null, provider = i.provider, tried = array_append(m.tried, m.provider), attempts_counted = 0
  from unnest($2::bigint[], $3::text[]) as i (id, provider)
  where m.id = i.id and m.owner = $1 and status_rank(m.status) < 3 and m.status <> 'sending'
  returning m.id, m.provider, m.category, m.expires_at
), again as (
  update due d set owner = null, run_at = now(), lane = f.provider || ':' || f.category
  from freed f where d.message_id = f.id and ${IS_OWNERS} returning d.message_id
)
insert into due (message_id, lane, action, run_at, expires_at)
select id, provider || ':' || category, 'send', now(), expires_at from freed where id not in (select message_id from again)`,
    values: [owner, numbers(detours.map(({ work }) => work.id)), texts(detours.map(({ provider }) => provider))],
  })
}
