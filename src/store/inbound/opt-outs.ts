import type { ConsentSource } from '../../domain/consent.ts'
import type { Msisdn } from '../../domain/contact.ts'
import { numbers, texts } from '../arrays.ts'
import { contactHashSql } from './consent-sql.ts'
import type { DbClient } from '../db.ts'

/** Somebody who wants nothing more of a group. */
export interface OptOut {
  readonly contact: Msisdn
  readonly group: string
  /** The word that was read as a STOP; null: there was none. */
  readonly keyword: string | null
  /** A caller's name, or a provider's. */
  readonly by: string
  /** The text that said so; null: none did. */
  readonly inboundId: number | null
}

/**
 * Enters opt-outs, and how they came about; those that are there already stay as they are. Returns how many are new. In sorted order, so that
 * two transactions which share some never wait for each other in a circle.
 */
export async function addOptOuts(client: DbClient, source: ConsentSource, list: readonly OptOut[]): Promise<number> {
  const { rows } = await client.query<{ added: number }>({
    name: 'add-opt-outs',
    text: `
with given as materialized (
  select distinct on (hash, sender_group) hash, sender_group, contact, keyword, actor, inbound_id
  from (select ${contactHashSql('t.contact')} as hash, t.sender_group, t.contact, t.keyword, t.actor, t.inbound_id
    from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[]) as t (contact, sender_group, keyword, actor, inbound_id)) g
  order by hash, sender_group
), known as materialized (
  select c.id, c.contact from (select distinct contact from given) g join clients c on c.contact = g.contact
), entered as (
  insert into clients (contact)
  select contact from (select contact from given except select contact from known) as unknown order by contact
  on conflict (contact) do update set contact = excluded.contact
  returning id, contact
), everyone as (
  select id, contact from known union all select id, contact from entered
), added as (
  insert into opt_outs (hash, sender_group, contact, client_id, source, keyword)
  select g.hash, g.sender_group, g.contact, e.id, $1::text, g.keyword from given g left join everyone e on e.contact = g.contact
  order by g.hash, g.sender_group
  on conflict (hash, sender_group) do nothing
  returning hash, sender_group, contact, client_id
), noted as (
  insert into consent_events (act, hash, contact, client_id, sender_group, source, keyword, actor, inbound_id)
  select 'opted_out', a.hash, a.contact, a.client_id, a.sender_group, $1::text, g.keyword, g.actor, g.inbound_id
  from added a join given g on g.hash = a.hash and g.sender_group = a.sender_group order by a.hash, a.sender_group
)
select count(*)::integer as added from added`,
    values: [
      source,
      texts(list.map((one) => one.contact)),
      texts(list.map((one) => one.group)),
      texts(list.map((one) => one.keyword)),
      texts(list.map((one) => one.by)),
      numbers(list.map((one) => one.inboundId)),
    ],
  })
  return rows[0]?.added ?? 0
}

/**
 * Ends a person's opt-out of a group, or of all of them (null), and notes how that came about, without the number where the person was
 * erased. Returns how many there were.
 */
export async function removeOptOuts(
  client: DbClient,
  source: ConsentSource,
  { contact, group, keyword, by, inboundId }: Omit<OptOut, 'group'> & { readonly group: string | null },
): Promise<number> {
  const { rows } = await client.query<{ removed: number }>({
    name: 'remove-opt-outs',
    text: `
with removed as (
  delete from opt_outs where hash = ${contactHashSql('$2::text')} and ($3::text is null or sender_group = $3)
  returning hash, sender_group, client_id
), noted as (
  insert into consent_events (act, hash, contact, client_id, sender_group, source, keyword, actor, inbound_id)
  select 'opted_in', r.hash, c.contact, coalesce(c.id, r.client_id), r.sender_group, $1::text, $4::text, $5::text, $6::bigint
  from removed r left join clients c on c.contact = $2 order by r.sender_group
)
select count(*)::integer as removed from removed`,
    values: [source, contact, group, keyword, by, inboundId],
  })
  return rows[0]?.removed ?? 0
}

/** Who gets a message, and from whom, as far as it says; null: it is not there. */
export async function readRecipient(
  client: DbClient,
  messageId: number,
): Promise<{ readonly contact: string; readonly sender: string | null } | null> {
  const { rows } = await client.query<{ contact: string; sender: string | null }>({
    name: 'read-recipient',
    text: `select coalesce(m.redirected_to, c.contact) as contact, m.sender from messages m join clients c on c.id = m.client_id where m.id = $1`,
    values: [messageId],
  })
  return rows[0] ?? null
}

/** Whether this person opted out of this group. */
export async function isOptedOut(client: DbClient, contact: Msisdn, group: string): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'is-opted-out',
    text: `select from opt_outs where hash = ${contactHashSql('$1::text')} and sender_group = $2`,
    values: [contact, group],
  })
  return rowCount === 1
}

/** This message may go out though its recipient opted out: it says that this was understood. */
export async function letReplyPass(client: DbClient, contact: Msisdn, group: string, messageId: number): Promise<void> {
  await client.query({
    name: 'let-reply-pass',
    text: `update opt_outs set reply_id = $3 where hash = ${contactHashSql('$1::text')} and sender_group = $2`,
    values: [contact, group, messageId],
  })
}

/** Takes a person's number out of the opt-outs, which hold on by its hash, and out of how they came about. */
export async function eraseConsent(client: DbClient, clientId: number): Promise<void> {
  await client.query({
    name: 'erase-opt-outs',
    text: `update opt_outs set contact = null where client_id = $1 and contact is not null`,
    values: [clientId],
  })
  await client.query({
    name: 'erase-consent-events',
    text: `update consent_events set contact = null where client_id = $1 and contact is not null`,
    values: [clientId],
  })
}
