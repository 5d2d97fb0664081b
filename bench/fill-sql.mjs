// What rows of messages that look like real ones are made by: for whoever fills a database before it is measured.

/**
 * Messages $1 to $2 of $3, of $4 clients. `at`: when message n came, as SQL. One client has a twentieth of all; of statuses and words some are
 * everywhere, some rare, some not there.
 */
export const messagesSql = (at) => `
insert into messages (id, client_id, subject, body, time, tag, category, provider, status, reason, provider_message_id, attempt,
  attempts_counted, updated_at, expires_at)
select n, case when n % 20 = 0 then 1 else 1 + (hashint8(n)::bigint + 2147483648) % $4::integer end, 'Order ' || n,
  case when n = 777 then 'The zeppelin lands at noon' when n % 3 = 0 then 'Your code is ' || lpad((n % 1000000)::text, 6, '0') || '. It is valid for ten minutes.'
    else 'Dear customer, your parcel number ' || n || ' is on its way and comes tomorrow between nine and noon. Reply if you are not at home.' end,
  at, case when n % 10 = 0 then 'invoice' when n % 50001 = 0 then 'rare' end, case when n % 3 = 0 then 'otp' else 'transactional' end, 'twilio',
  case when n % 50000 = 49999 then 'uncertain' when n % 1000 < 900 then 'delivered' when n % 1000 < 960 then 'sent'
    when n % 1000 < 990 then 'failed' else 'undelivered' end,
  case when n % 1000 >= 990 then 'unreachable' when n % 1000 >= 960 then 'invalid_number' end,
  'SM' || md5(n::text), 1, 1, at + interval '3 seconds', at + interval '1 day'
from generate_series($1::bigint, $2::bigint) n
  cross join lateral (select ${at} as at) t`

/** Of messages $1 to $2: one each. */
export const FILL_ATTEMPTS = `
insert into attempts (message_id, number, provider, provider_message_id, status, reason, code, started_at, finished_at)
select id, 1, provider, provider_message_id, status, reason,
  case when reason = 'unreachable' then '30003' when reason is not null then '21211' end, time, updated_at
from messages where id between $1 and $2 order by id`
