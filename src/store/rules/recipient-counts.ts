import type { Caps } from '../../domain/caps.ts'
import { CODES_AT_ONCE } from '../../domain/sms/code-delay.ts'
import { booleans, texts } from '../arrays.ts'
import type { Db } from '../db.ts'

/** One message to a recipient. */
export interface Counted {
  /** A number, or what stands for a device that is nobody's. */
  readonly contact: string
  /** A one-time code. */
  readonly isCode: boolean
}

/** Of one recipient. */
export interface RecipientCount {
  /** Of those that were asked for last: codes, and others, that may go. */
  readonly codes: number
  readonly others: number
  /** A cap lets no more through. */
  readonly isFull: boolean
  /** Seconds since each code of the last ten minutes. */
  readonly codeAges: readonly number[]
}

/**
 * Counts messages to recipients, up to the caps, and codes only as long after the one before as they have to wait (see `codeWaitSeconds`): over
 * all nodes no more pass than these allow. Returns how many passed for each recipient; those that did not are not counted.
 */
export async function countRecipients(
  db: Db,
  messages: readonly Counted[],
  caps: Caps,
  codeDelaySeconds: number,
): Promise<ReadonlyMap<string, RecipientCount>> {
  const { rows } = await db.query<CountRow>({
    name: 'count-recipients',
    text: COUNT_RECIPIENTS,
    values: [
      texts(messages.map(({ contact }) => contact)),
      caps.perTenMinutes,
      caps.perDay,
      booleans(messages.map(({ isCode }) => isCode)),
      codeDelaySeconds,
    ],
  })
  return byContact(rows)
}

type CountRow = RecipientCount & { readonly contact: string }

function byContact(rows: readonly CountRow[]): ReadonlyMap<string, RecipientCount> {
  return new Map(rows.map(({ contact, ...count }) => [contact, count]))
}

/** How a row of the counts is told: $2 and $3 are the caps. */
const TOLD = `
  (select count(*) from unnest(r.times) as u (t) where t > now() - interval '10 minutes') >= $2::bigint
    or (select count(*) from unnest(r.times) as u (t) where t > now() - interval '1 day') >= $3::bigint as "isFull",
  array(select extract(epoch from now() - t)::float8 from unnest(r.codes) as u (t)) as "codeAges"`

// In sorted order: two nodes that count the same recipients never wait for each other in a circle. What a row that is new may have bounds
// what one that is there may.
const COUNT_RECIPIENTS = `
with asked as materialized (
  select contact, least(count(*) filter (where not is_code), $2::bigint, $3::bigint)::integer as others,
    least(count(*) filter (where is_code), case when $5::integer > 0 then ${CODES_AT_ONCE} end)::integer as codes
  from unnest($1::text[], $4::boolean[]) as t (contact, is_code) group by contact
), wanted as (
  select contact, others, least(codes, $2::bigint - others, $3::bigint - others)::integer as codes from asked
)
insert into recipient_counts as r (contact, times, codes, granted, granted_codes)
select contact, array_fill(now(), array[others + codes]), array_fill(now(), array[codes]), others, codes from wanted order by contact
on conflict (contact) do update set (times, codes, granted, granted_codes, updated_at) = (
  select lately.times || array_fill(now(), array[may.others + may.codes]), lately.codes || array_fill(now(), array[may.codes]),
    may.others, may.codes, now()
  from (
    select array(select t from unnest(r.times) as u (t) where t > now() - interval '1 day' order by t) as times,
      array(select t from unnest(r.codes) as u (t) where t > now() - interval '10 minutes' order by t) as codes
  ) lately, lateral (
    select greatest(0, least(
        $2 - (select count(*) from unnest(lately.times) as u (t) where t > now() - interval '10 minutes'),
        $3 - cardinality(lately.times)))::integer as messages,
      case when $5::integer = 0 then excluded.granted_codes
        when cardinality(lately.codes) < ${CODES_AT_ONCE} then ${CODES_AT_ONCE} - cardinality(lately.codes)
        when extract(epoch from now() - lately.codes[cardinality(lately.codes)])
          >= $5 * power(2::float8, cardinality(lately.codes) - ${CODES_AT_ONCE}) then 1
        else 0 end as codes
  ) room, lateral (
    select least(excluded.granted, room.messages) as others,
      greatest(0, least(excluded.granted_codes, room.codes, room.messages - excluded.granted)) as codes
  ) may
)
returning contact, granted as others, granted_codes as codes, ${TOLD}`

/** These messages were not stored after all. */
export async function uncountRecipients(db: Db, messages: readonly Counted[]): Promise<void> {
  await db.query({
    name: 'uncount-recipients',
    text: `
update recipient_counts r set times = r.times[1 : cardinality(r.times) - c.count], codes = r.codes[1 : cardinality(r.codes) - c.codes]
from (
  select contact, count(*)::integer as count, (count(*) filter (where is_code))::integer as codes
  from unnest($1::text[], $2::boolean[]) as t (contact, is_code) group by contact order by contact
) c
where r.contact = c.contact`,
    values: [texts(messages.map(({ contact }) => contact)), booleans(messages.map(({ isCode }) => isCode))],
  })
}

/** What these recipients have been sent; those who have no count are not among them. */
export async function findRecipients(
  db: Db,
  contacts: readonly string[],
  caps: Caps,
): Promise<ReadonlyMap<string, RecipientCount>> {
  const { rows } = await db.query<CountRow>({
    name: 'find-recipients',
    text: `select contact, 0 as codes, 0 as others, ${TOLD} from recipient_counts r where contact = any ($1::text[])`,
    values: [texts(contacts), caps.perTenMinutes, caps.perDay],
  })
  return byContact(rows)
}
