-- Up Migration
-- What happened, for those who want to be told: written in the transaction that made it happen, by whatever statement that was.

create table events (
  -- The transaction. Readers go by it and by the id, and read what no transaction under way can come before.
  xid xid8 not null default pg_current_xact_id(),
  id bigint generated always as identity,
  at timestamptz not null default now(),
  -- `sms.delivered`
  type text not null,
  -- What it happened to. No number, token or text is here: they are read from their own rows when the event is told.
  message_id bigint,
  notification_id bigint,
  token_id bigint,
  client_id bigint,
  endpoint_id bigint,
  status text,
  reason text,
  primary key (xid, id)
);

-- Only what somebody wants is written. A handful of rows: the keys are the only indexes.
create table event_listeners (
  id bigint generated always as identity primary key,
  -- `reader`: those of GET /events with these types · `endpoint`: a webhook.
  kind text not null,
  -- Which endpoint; null for readers.
  ref bigint,
  -- `{*}`: all of them.
  types text[] not null check (cardinality(types) > 0),
  -- Null: as long as the row is there.
  until timestamptz,
  -- Transactions from this one on have written all of these types; null: not known yet.
  since xid8,
  since_at timestamptz
);

create unique index event_listeners_readers on event_listeners (types) where kind = 'reader';
create unique index event_listeners_refs on event_listeners (kind, ref) where ref is not null;

-- One row: how far events were forgotten.
create table event_log (
  one boolean primary key default true check (one),
  gone_xid xid8 not null default '0',
  gone_at timestamptz not null default '-infinity'
);

insert into event_log (one) values (true);

-- The types somebody wants now; null: nobody wants any. Volatile, so that it sees what was committed since the statement began: whoever
-- drew a transaction's number after a listener was there has seen it. A restore or a move writes none.
create function events_wanted() returns text[] volatile language plpgsql as $$
begin
  if current_setting('tidings.transfer', true) = 'on' then
    return null;
  end if;
  return (select array_agg(t.type) from event_listeners l cross join lateral unnest(l.types) as t (type)
    where l.until is null or l.until > now());
end $$;

-- Grouped rather than joined: a plan made for one row would join ten thousand by going through all of them for each.
create function log_messages() returns trigger language plpgsql as $$
declare
  wanted constant text[] := events_wanted();
begin
  if wanted is null then
    return null;
  elsif tg_op = 'INSERT' then
    insert into events (type, message_id, status, reason)
    select 'sms.' || status, id, status, reason from written where wanted && array['*', 'sms.' || status] order by id;
  else
    insert into events (type, message_id, status, reason)
    select 'sms.' || status, id, status, reason from (
      select id, max(status) filter (where now) as status, max(reason) filter (where now) as reason,
        max(status) filter (where not now) as former
      from (select id, status, reason, true as now from written union all select id, status, null, false from former) r
      group by id) m
    where status <> former and wanted && array['*', 'sms.' || status] order by id;
  end if;
  return null;
end $$;

-- Of a push each target's outcome is told; that it waits is written down for short lists only.
create function log_targets() returns trigger language plpgsql as $$
declare
  wanted constant text[] := events_wanted();
begin
  if wanted is null then
    return null;
  elsif tg_op = 'INSERT' then
    insert into events (type, notification_id, token_id, status, reason)
    select 'push.' || status, notification_id, token_id, status, reason from written
    where status not in ('scheduled', 'queued', 'sending') and wanted && array['*', 'push.' || status] order by id;
  else
    insert into events (type, notification_id, token_id, status, reason)
    select 'push.' || status, notification_id, token_id, status, reason from (
      select id, notification_id, token_id, max(status) filter (where now) as status, max(reason) filter (where now) as reason,
        max(status) filter (where not now) as former
      from (select id, notification_id, token_id, status, reason, true as now from written
        union all select id, notification_id, token_id, status, null, false from former) r
      group by id, notification_id, token_id) t
    where status <> former and status not in ('scheduled', 'queued', 'sending') and wanted && array['*', 'push.' || status]
    order by id;
  end if;
  return null;
end $$;

-- A topic has no row for its target: its chunk's tally has the one outcome, or none where it is tried again.
create function log_topic() returns trigger language plpgsql as $$
begin
  insert into events (type, notification_id, status, reason)
  select 'push.' || o.status, new.notification_id, o.status, new.reason from jsonb_object_keys(new.tally) as o (status)
  where events_wanted() && array['*', 'push.' || o.status];
  return null;
end $$;

create function log_token() returns trigger language plpgsql as $$
begin
  insert into events (type, token_id, reason)
  select 'token.retired', new.id, new.retired_reason where events_wanted() && array['*', 'token.retired'];
  return null;
end $$;

create function log_client() returns trigger language plpgsql as $$
begin
  insert into events (type, client_id) select 'client.erased', new.id where events_wanted() && array['*', 'client.erased'];
  return null;
end $$;

create trigger log_accepted after insert on messages
  referencing new table as written for each statement execute function log_messages();
create trigger log_moved after update on messages
  referencing new table as written old table as former for each statement execute function log_messages();

create trigger log_accepted after insert on tokennotifications
  referencing new table as written for each statement execute function log_targets();
create trigger log_moved after update on tokennotifications
  referencing new table as written old table as former for each statement execute function log_targets();

-- By the row, since their condition holds for few and costs the others nothing.
create trigger log_topic after update on push_chunks for each row
  when (old.done_at is null and new.done_at is not null and new.token_ids is null) execute function log_topic();
create trigger log_retired after update on tokens for each row
  when (old.retired_at is null and new.retired_at is not null) execute function log_token();
create trigger log_erased after update on clients for each row
  when (old.erased_at is null and new.erased_at is not null) execute function log_client();
