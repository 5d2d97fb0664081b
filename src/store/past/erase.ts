import { ERASED } from '../../domain/contact.ts'
import type { Db, DbClient } from '../db.ts'
import { eraseFallbacks } from '../push/fallbacks.ts'

/** What there is of a person; `waiting` and `inFlight` are among the messages. */
export interface Traces {
  readonly messages: number
  /** Not sent yet; they are cancelled. */
  readonly waiting: number
  /** With a provider at this moment; they are left to end. */
  readonly inFlight: number
  readonly attempts: number
  readonly idempotencyKeys: number
  readonly parkedReceipts: number
  /** Messages of others that went to this number while REDIRECT_TO was set. */
  readonly redirected: number
  /** Texts that the person sent. */
  readonly inbound: number
  /** Addresses of the person's devices. */
  readonly tokens: number
}

/** Counts what erasing would reach, and changes nothing. */
export async function countTraces(db: Db, clientId: number, contact: string): Promise<Traces> {
  const { rows } = await db.query<Traces>({
    name: 'count-traces',
    text: `
with own as materialized (
  select id, time, status in ('scheduled', 'queued') as waiting, started_at is not null as busy from messages m where ${OF_CLIENT}
), tried as materialized (
  select a.provider, a.provider_message_id from own o join attempts a on a.message_id = o.id
), parts as materialized (
  select p.provider, p.provider_message_id from own o join sms_parts p on p.message_id = o.id
)
select count(*)::integer as messages, count(*) filter (where waiting and not busy)::integer as waiting,
  count(*) filter (where busy)::integer as "inFlight",
  (select count(*)::integer from tried) as attempts,
  (select count(*)::integer from idempotency_keys k join own o on o.id = k.resource_id where ${IS_SMS_ROUTE})
    + (select count(*)::integer from idempotency_keys k where ${OF_OWN_DEVICES}) as "idempotencyKeys",
  (select count(*)::integer from parked_receipts p where exists (
    select from (select provider, provider_message_id from tried union all select provider, provider_message_id from parts) t
    where t.provider = p.provider and t.provider_message_id = p.provider_message_id)) as "parkedReceipts",
  (select count(*)::integer from messages r where r.redirected_to = $2) as redirected,
  (select count(*)::integer from inbound i where i.client_id = $1) as inbound,
  (select count(*)::integer from (select t.id from tokens t where t.client_id = $1
    union select s.id from tokens d join tokens s on s.sent_as = d.id where d.client_id = $1) a) as tokens
from own`,
    values: [clientId, contact],
  })
  return (
    rows[0] ?? {
      messages: 0,
      waiting: 0,
      inFlight: 0,
      attempts: 0,
      idempotencyKeys: 0,
      parkedReceipts: 0,
      redirected: 0,
      inbound: 0,
      tokens: 0,
    }
  )
}

// Compared as a pair, so that the index on both is the only way.
const OF_CLIENT = `(m.client_id, m.id) > ($1::bigint, 0) and (m.client_id, m.id) < ($1::bigint + 1, 0)`

/**
 * What is kept of a push that went to this person's devices alone: a hash of whom it was for, and there are few enough numbers to try them all.
 * With others among its targets it stays until its time is over, since without it the call could be repeated to all of them.
 */
const OF_OWN_DEVICES = `k.route = 'POST /notifications/devices' and k.resource_id in (
  select r.notification_id from (
    select t.id from tokens t left join tokens d on d.id = t.sent_as where t.client_id = $1 and coalesce(d.client_id, $1) = $1
    union select s.id from tokens d join tokens s on s.sent_as = d.id where d.client_id = $1) o
  join tokennotifications r on r.token_id = o.id join notifications n on n.id = r.notification_id
  group by r.notification_id, n.targets having count(*) = n.targets)`

/** Ids of notifications are counted apart: the same number may be one of theirs. */
const IS_SMS_ROUTE = `k.route like 'POST /smss%'`

/**
 * Takes the number from a client: from here on no message can be addressed to it, and none that is accepted later belongs to it. False: it
 * was done before.
 */
export async function takeNumber(client: DbClient, clientId: number): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'take-number',
    text: `update clients set contact = 'erased:' || id, erased_at = now() where id = $1 and erased_at is null`,
    values: [clientId],
  })
  return rowCount === 1
}

/** What one step of erasing did. */
export interface Erased {
  readonly messages: number
  readonly cancelled: number
  readonly inFlight: number
  readonly attempts: number
  readonly parkedReceipts: number
  readonly idempotencyKeys: number
  /** Where it goes on: below this id; 0: it came to the end. */
  readonly rest: number
}

/** Messages in one step. */
const AT_ONCE = 1_000

/**
 * Empties the next messages of a client below `before`, with their attempts and all that belongs to them. One that waits is cancelled, so
 * that no node can start it; one that is with a provider is left alone.
 */
export async function eraseMessages(db: DbClient, clientId: number, before: number): Promise<Erased> {
  const { rows } = await db.query<Erased>({ name: 'erase-messages', text: ERASE, values: [clientId, before, AT_ONCE] })
  return rows[0] ?? NOTHING
}

const NOTHING: Erased = {
  messages: 0,
  cancelled: 0,
  inFlight: 0,
  attempts: 0,
  parkedReceipts: 0,
  idempotencyKeys: 0,
  rest: 0,
}

const ERASE = `
with picked as materialized (
  select id, started_at is not null as busy, status in ('scheduled', 'queued') as waiting,
    subject <> '' or body <> '' or text is not null or tag is not null or provider_message_id is not null or owner is not null
      or tlvs is not null or redirected_to is not null or status in ('scheduled', 'queued') as holds
  from messages m where (m.client_id, m.id) > ($1::bigint, 0) and (m.client_id, m.id) < ($1::bigint, $2::bigint)
  order by m.client_id desc, m.id desc limit $3 for update
), mine as materialized (
  select id, waiting, holds from picked where not busy
), emptied as (
  update messages m set subject = '', body = '', text = null, tag = null, provider_message_id = null, redirected_to = null, tlvs = null, owner = null,
    status = case when not i.waiting then m.status when m.uncertain_attempts > 0 then 'uncertain' else 'cancelled' end,
    reason = case when i.waiting then 'erased' else m.reason end,
    updated_at = case when i.waiting then now() else m.updated_at end
  from mine i where m.id = i.id and i.holds
  returning m.id, m.status = 'cancelled' and i.waiting as cancelled
), tried as (
  select a.provider, a.provider_message_id from mine i join attempts a on a.message_id = i.id where a.provider_message_id is not null
  union all
  select p.provider, p.provider_message_id from mine i join sms_parts p on p.message_id = i.id where p.provider_message_id is not null
), forgotten as (
  update attempts a set provider_message_id = null, raw_message_id = null, code = null from mine i
  where a.message_id = i.id and (a.provider_message_id is not null or a.raw_message_id is not null or a.code is not null) returning a.message_id
), parts_forgotten as (
  update sms_parts p set provider_message_id = null, raw_message_id = null, code = null from mine i where p.message_id = i.id
), undue as (
  delete from due where message_id in (select id from mine)
), unparked as (
  delete from parked_receipts p where exists (
    select from tried t where t.provider = p.provider and t.provider_message_id = p.provider_message_id) returning id
), unkeyed as (
  delete from idempotency_keys k where k.resource_id in (select id from mine) and ${IS_SMS_ROUTE} returning resource_id
)
select (select count(*)::integer from emptied) as messages, (select count(*)::integer from emptied where cancelled) as cancelled,
  (select count(*)::integer from picked where busy) as "inFlight", (select count(*)::integer from forgotten) as attempts,
  (select count(*)::integer from unparked) as "parkedReceipts", (select count(*)::integer from unkeyed) as "idempotencyKeys",
  case when count(*) = $3 then min(id) else 0 end as rest
from picked`

// Whom it was meant for must not have it after all: what waits is cancelled, and nothing else is sent again.
const ERASE_REDIRECTED = `
with picked as materialized (
  select id, started_at is not null as busy, started_at is null and status in ('scheduled', 'queued') as waiting
  from messages where redirected_to = $1 order by id for update
), undue as (
  delete from due where action <> 'poll' and message_id in (select id from picked where not busy)
)
update messages m set redirected_to = '${ERASED}', owner = case when p.waiting then null else m.owner end,
  status = case when not p.waiting then m.status when m.uncertain_attempts > 0 then 'uncertain' else 'cancelled' end,
  reason = case when p.waiting then 'erased' else m.reason end,
  updated_at = case when p.waiting then now() else m.updated_at end
from picked p where m.id = p.id`

/** Takes the number out of what was redirected to it, and of what is told of the inbox. */
export async function eraseNumber(db: DbClient, contact: string): Promise<number> {
  const { rowCount } = await db.query({ name: 'erase-redirected', text: ERASE_REDIRECTED, values: [contact] })
  // Those whose message is not known yet have the last digits of whom they are about.
  await db.query({
    name: 'erase-parked',
    text: `delete from parked_receipts where length(contact) >= 7 and right($1, length(contact)) = contact`,
    values: [contact],
  })
  // Which of the two is the person, nobody can tell.
  await db.query({
    name: 'erase-unreadable',
    text: `delete from unreadable_receipts where exists (
      select from unnest(array[source, destination]) as t (address) cross join lateral right(regexp_replace(address, '\\D', '', 'g'), 8) as d (digits)
      where length(digits) >= 7 and right($1, length(digits)) = digits)`,
    values: [contact],
  })
  await eraseFallbacks(db, contact)
  await db.query({ name: 'erase-counted', text: `delete from recipient_counts where contact = $1`, values: [contact] })
  await db.query({ name: 'erase-flags', text: `delete from number_flags where contact = $1`, values: [contact] })
  await db.query({ name: 'erase-told', text: `delete from inbox_changes where recipient = $1`, values: [contact] })
  // What was kept of a batch may propose the number for one that was mistyped.
  await db.query({
    name: 'erase-proposed',
    text: `delete from idempotency_keys where route like 'POST /smss/%' and strpos(answer::text, $1) > 0`,
    values: [contact],
  })
  return rowCount ?? 0
}

/** Before the person's devices are taken away. Returns how many there were. */
export async function erasePushAnswers(db: DbClient, clientId: number): Promise<number> {
  const { rowCount } = await db.query({
    name: 'erase-push-answers',
    text: `delete from idempotency_keys k where ${OF_OWN_DEVICES}`,
    values: [clientId],
  })
  return rowCount ?? 0
}

/** Clients whose erasing has not come to its end. */
export async function listErasing(db: Db): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>({
    name: 'list-erasing',
    text: 'select id from clients where erased_at is not null and erase_done_at is null order by id limit 100',
    values: [],
  })
  return rows.map(({ id }) => id)
}

/** Closes the book, once nothing that was accepted before the number was taken can still be on its way into the database. */
export async function endErasing(db: Db, clientId: number): Promise<void> {
  await db.query({
    name: 'end-erasing',
    text: `update clients set erase_done_at = now() where id = $1 and erased_at < now() - interval '10 minutes'`,
    values: [clientId],
  })
}
