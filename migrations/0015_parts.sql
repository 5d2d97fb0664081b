-- Up Migration
-- Long messages whose parts a provider takes one by one, each with an id and receipts of its own; and messages that go on to another provider.

alter table messages
  -- The caller's own optional parameters of SMPP, by tag; null for most.
  add column tlvs jsonb,
  -- Providers that it went on from, in order; null for most.
  add column tried text[];

alter table attempts
  -- The id as the provider wrote it, where it wrote it otherwise than its receipts are matched by.
  add column raw_message_id text;

alter table parked_receipts
  -- Whom a receipt says its message went to, in digits: ids repeat, and it belongs to that recipient alone.
  add column contact text,
  -- Of one that speaks of one part, and names our own submission: which. Null: its id alone tells.
  add column message_id bigint,
  add column attempt integer;
create index parked_receipts_attempt on parked_receipts (message_id) where message_id is not null;
alter table parked_receipts drop constraint parked_receipts_provider_provider_message_id_status_key;
create unique index parked_receipts_once on parked_receipts (provider, provider_message_id, status, coalesce(contact, ''));

-- One row for each part that a provider took by itself. Messages that it took whole have none.
create table sms_parts (
  message_id bigint not null,
  attempt integer not null,
  -- 1 to total
  number smallint not null,
  total smallint not null,
  -- What the parts of one message have in common on the handset.
  reference integer not null,
  provider text not null,
  provider_message_id text,
  raw_message_id text,
  status text not null check (status in ('scheduled', 'queued', 'sending', 'uncertain', 'sent', 'captured', 'undelivered', 'failed',
    'rejected', 'expired', 'suppressed', 'cancelled', 'delivered', 'received', 'opened')),
  reason text,
  code text,
  -- No receipt was asked for it: that of another part speaks for it, too.
  unasked boolean not null default false,
  updated_at timestamptz not null default now(),
  primary key (message_id, attempt, number)
) partition by range (message_id);

create index sms_parts_provider_message on sms_parts (provider_message_id) where provider_message_id is not null;

-- What an SMSC marked as a receipt and nobody can read, as it came: the newest thousand, kept 72 hours.
create table unreadable_receipts (
  id bigint generated always as identity primary key,
  provider text not null,
  -- `deliver_sm` or `data_sm`
  command text not null,
  esm_class smallint not null,
  data_coding smallint not null,
  source text not null,
  destination text not null,
  -- What there was of it beyond 1,024 octets is cut off.
  message bytea not null check (octet_length(message) <= 1024),
  tlvs bytea not null check (octet_length(tlvs) <= 1024),
  received_at timestamptz not null default now()
);

create or replace function ensure_partitions() returns void language plpgsql as $$
declare
  message_span constant bigint := 5000000;
  notification_span constant bigint := 100000;
  part bigint;
  first bigint;
begin
  perform pg_advisory_xact_lock(hashtext('tidings.partitions'));
  select last_value / message_span into first from messages_id_seq;
  for part in first .. first + 2 loop
    -- Each row is written once more, when it is settled: with half a page free that touches no index, and the table is no larger for it.
    perform ensure_partition('messages', part, message_span, 'with (fillfactor = 50)');
    perform ensure_partition('attempts', part, message_span, '');
    perform ensure_partition('sms_parts', part, message_span, '');
  end loop;
  select last_value / notification_span into first from notifications_id_seq;
  for part in first .. first + 2 loop
    perform ensure_partition('tokennotifications', part, notification_span, 'with (fillfactor = 75)');
  end loop;
end $$;

-- What was accepted long ago may still be sent.
do $$
declare
  part bigint;
begin
  for part in
    select substring(c.relname from '_([0-9]+)$')::bigint from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'messages'::regclass
  loop
    perform ensure_partition('sms_parts', part, 5000000, '');
  end loop;
end $$;
