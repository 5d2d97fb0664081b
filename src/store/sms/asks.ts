import type { Category } from '../../domain/category.ts'
import type { Msisdn } from '../../domain/contact.ts'
import type { Db } from '../db.ts'

/** A question for a provider that is due: what became of an uncertain submission, or of one it took. */
export interface Ask {
  readonly dueId: number
  readonly messageId: number
  readonly action: 'reconcile' | 'poll'
  /** How often it was asked already. */
  readonly round: number
  readonly provider: string
  readonly providerMessageId: string | null
  readonly contact: Msisdn
  readonly sender: string | null
  readonly text: string
  readonly segments: number
  readonly category: Category
  readonly attempt: number
  readonly startedAt: Date
  /** Since then. */
  readonly ageMs: number
}

/**
 * Takes questions that are due, each about the newest attempt at the provider whose lane it waits in: the message may have gone on to another
 * since. Each comes back by itself after `leaseSeconds` unless it is answered, so a node that dies loses none.
 */
export async function claimAsks(db: Db, lanes: readonly string[], limit: number, leaseSeconds: number): Promise<Ask[]> {
  const { rows } = await db.query<Ask>({
    name: 'claim-asks',
    text: `
with picked as materialized (
  select id from due where lane = any ($1::text[]) and action in ('reconcile', 'poll') and owner is null and run_at <= now()
  order by run_at limit $2 for update skip locked
), taken as (
  update due d set run_at = now() + make_interval(secs => $3) from picked p where d.id = p.id
  returning d.id, d.message_id, d.action, d.round, d.lane
)
select t.id as "dueId", m.id as "messageId", t.action, t.round, coalesce(a.provider, m.provider) as provider,
  coalesce(a.provider_message_id, m.provider_message_id) as "providerMessageId", coalesce(m.redirected_to, c.contact) as contact,
  m.sender, coalesce(m.text, m.body) as text, m.segments, m.category, coalesce(a.number, m.attempt) as attempt, coalesce(a.started_at, m.time) as "startedAt",
  (extract(epoch from now() - coalesce(a.started_at, m.time)) * 1000)::float8 as "ageMs"
from taken t join messages m on m.id = t.message_id join clients c on c.id = m.client_id
  left join lateral (
    select a.number, a.provider, a.provider_message_id, a.started_at from attempts a
    where a.message_id = m.id and a.provider || ':' || m.category = t.lane order by a.number desc limit 1) a on true`,
    values: [lanes, limit, leaseSeconds],
  })
  return rows
}

/** Asks again later, or not at all when `waitMs` is null. */
export async function askAgain(db: Db, dueId: number, waitMs: number | null): Promise<void> {
  if (waitMs === null) await db.query({ name: 'ask-no-more', text: `delete from due where id = $1`, values: [dueId] })
  else
    await db.query({
      name: 'ask-again',
      text: `update due set round = round + 1, run_at = now() + make_interval(secs => $2 / 1000.0) where id = $1`,
      values: [dueId, waitMs],
    })
}

/** Gives a question back that could not be asked: it comes again, and this time does not count. */
export async function giveBackAsk(db: Db, dueId: number, waitMs: number): Promise<void> {
  await db.query({
    name: 'give-back-ask',
    text: `update due set run_at = now() + make_interval(secs => $2 / 1000.0) where id = $1 and action in ('reconcile', 'poll')`,
    values: [dueId, waitMs],
  })
}

/** The provider has no record of an uncertain submission: it is sent again, unless something else settled it meanwhile. */
export async function sendAfterAll(db: Db, dueId: number): Promise<void> {
  await db.query({
    name: 'send-after-all',
    text: `update due set action = 'send', round = 0, run_at = now() where id = $1 and action = 'reconcile'`,
    values: [dueId],
  })
}

/** A message that a provider turned out to have is asked after like any other. */
export async function pollLater(db: Db, messageId: number, waitMs: number): Promise<void> {
  await db.query({
    name: 'poll-later',
    text: `
insert into due (message_id, lane, action, run_at, expires_at)
select m.id, m.provider || ':' || m.category, 'poll', now() + make_interval(secs => $2 / 1000.0), now() + interval '3 days'
from messages m where m.id = $1 and not exists (select from due d where d.message_id = m.id and d.action = 'poll')`,
    values: [messageId, waitMs],
  })
}
