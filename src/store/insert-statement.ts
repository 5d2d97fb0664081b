import { OPTED_OUT, type Ended } from '../domain/consent.ts'
import { FLAG_WARNING, FLAGGED } from '../domain/sms/number-flags.ts'
import { isOptedOutSql } from './inbound/consent-sql.ts'
import { KEYED } from './idempotency.ts'
import { flagOfMessageSql } from './sms/number-flags.ts'

/** The parameters from the second on, by column. */
const PLAIN = {
  contact: 'text',
  subject: 'text',
  body: 'text',
  text: 'text',
  sender: 'text',
  tag: 'text',
  category: 'text',
  on_uncertain: 'text',
  segments: 'smallint',
  encoding: 'text',
  provider: 'text',
  ttl_seconds: 'integer',
  place: 'text',
  key_id: 'integer',
  consent_group: 'text',
} as const

/** Those that only the whole statement has. */
const RARE = {
  caller: 'text',
  route: 'text',
  key: 'text',
  fields: 'jsonb',
  answer: 'jsonb',
  send_at: 'timestamptz',
  template: 'text',
  resent_from: 'bigint',
  redirected_to: 'text',
  traceparent: 'text',
  ended_status: 'text',
  ended_reason: 'text',
  tlvs: 'jsonb',
  time_zone: 'text',
  plain: 'boolean',
} as const

/**
 * Keys, then contacts, each in sorted order: two nodes that share some of either never wait for each other in a circle. A node that was
 * declared dead meanwhile keeps nothing: the lock makes whoever declares it wait for this commit. Most batches have no keys and nothing
 * else that is rare, and then the statement has none of their parts.
 */
function insertStatement(whole: boolean): string {
  const types = Object.entries({ ...PLAIN, ...(whole ? RARE : {}) })
  const names = types.map(([name]) => name)
  const kept = names.filter((name) => name !== 'place')
  const reader = whole ? 'coalesce(t.redirected_to, t.contact)' : 't.contact'
  const mode = `$${types.length + 2}::text`
  const flag = flagOfMessageSql(reader, 't.provider', mode)
  const drawn = `select t.ord, nextval('messages_id_seq') as id, ${kept.map((name) => `t.${name}`).join(', ')},
    case ${whole ? `when t.ended_status is not null then 'end'` : ''} when ${isOptedOutSql(reader, 't.consent_group')} then 'end'
      when ${mode} = 'reject' and ${flag} is not null then 'flagged'
      when exists (select from me) then t.place else 'wait' end as place, ${flag} as flag
  from unnest(${types.map(([, type], index) => `$${index + 2}::${type}[]`).join(', ')}) with ordinality as t (${names.join(', ')}, ord)`
  const extras = whole ? ', send_at, template, resent_from, redirected_to, traceparent, tlvs, time_zone, plain' : ''
  const leaves = whole ? 'greatest(send_at, now())' : 'now()'
  const waiting = whole ? `case when send_at > now() then 'scheduled' else 'queued' end` : `'queued'`
  return `
with me as materialized (
  select id from nodes where id = $1 and ended_at is null for key share
), ${whole ? unlessTaken(drawn, ['ord', 'id', ...names, 'flag']) : `accepted as materialized (${drawn})`}, known as materialized (
  select c.id, c.contact from (select distinct contact from accepted) a join clients c on c.contact = a.contact
), added as (
  insert into clients (contact)
  select contact from (select contact from accepted except select contact from known) as unknown order by contact
  on conflict (contact) do update set contact = excluded.contact
  returning id, contact
), everyone as (
  select id, contact from known union all select id, contact from added
), inserted as (
  insert into messages (id, client_id, subject, body, text, sender, tag, category, on_uncertain, segments, encoding, provider,
    expires_at, owner, status, reason, attempt, started_at, key_id ${extras})
  select a.id, e.id, a.subject, a.body, a.text, a.sender, a.tag, a.category, a.on_uncertain, a.segments, a.encoding, a.provider,
    ${leaves} + make_interval(secs => a.ttl_seconds), case when a.place in ('start', 'hold') then $1::bigint end,
    case a.place when 'start' then 'sending' when 'end' then ${endedAs('status', whole)} when 'flagged' then '${FLAGGED.status}' else ${waiting} end,
    case a.place when 'end' then ${endedAs('reason', whole)} when 'flagged' then '${FLAGGED.reason}' end, case a.place when 'start' then 1 else 0 end,
    case a.place when 'start' then now() end, key_id ${extras}
  from accepted a left join everyone e on e.contact = a.contact
  order by a.id
), waiting as (
  insert into due (message_id, lane, action, run_at, expires_at)
  select id, provider || ':' || category, 'send', ${leaves}, ${leaves} + make_interval(secs => ttl_seconds) from accepted where place = 'wait'
)
select coalesce(array_agg(a.ord), '{}') as ords, coalesce(array_agg(a.id), '{}') as ids,
  coalesce(array_agg(a.ord) filter (where a.place in ('end', 'flagged')), '{}') as ended,
  coalesce(array_agg(a.ord) filter (where ${WARNED}), '{}') as flagged, coalesce(array_agg(a.flag) filter (where ${WARNED}), '{}') as flags,
  exists (select from me) as alive, now()::text as time
from accepted a`
}

function endedAs(what: keyof Ended, whole: boolean): string {
  return whole ? `coalesce(ended_${what}, '${OPTED_OUT[what]}')` : `'${OPTED_OUT[what]}'`
}

const WARNED = `a.flag is not null and a.place <> 'end'`

const [BEFORE, AFTER] = FLAG_WARNING

/** What is kept as the answer for a key says, too, that a message is not sent, and that its number is flagged. */
function unlessTaken(drawn: string, names: readonly string[]): string {
  const warned = `jsonb_build_object('warnings', coalesce(answer -> 'warnings', '[]') || to_jsonb('${BEFORE}' || flag || '${AFTER}'))`
  const answer = `case when place = 'end' then answer || jsonb_build_object('status', ${endedAs('status', true)}, 'reason', ${endedAs('reason', true)})
    when place = 'flagged' then answer || '${JSON.stringify(FLAGGED)}' || ${warned}
    when flag is not null then answer || ${warned} else answer end as answer`
  return `drawn as materialized (${drawn}), input as materialized (
  select ${names.map((name) => (name === 'answer' ? answer : name)).join(', ')} from drawn
), ${KEYED}, accepted as materialized (
  select ${names.join(', ')} from input where key is null or id in (select resource_id from keyed)
)`
}

export const INSERT_PLAIN = insertStatement(false)
/** With what few messages have, and with keys. */
export const INSERT_WHOLE = insertStatement(true)
