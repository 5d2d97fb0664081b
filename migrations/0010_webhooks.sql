-- Up Migration
-- Webhooks: who is told of events, what is still to be delivered, and what came of each try.

create table webhooks (
  id bigint generated always as identity primary key,
  url text not null,
  description text not null default '',
  -- `{*}`: all of them.
  types text[] not null,
  payload text not null default 'thin' check (payload in ('thin', 'full')),
  -- Encrypted under SECRET_KEY, and bound to this row.
  secret bytea not null,
  -- The one before the last rotation, which signs as well until then.
  old_secret bytea,
  old_secret_until timestamptz,
  -- What was committed when it was made: those events are not for it. Null: every event is.
  since pg_snapshot default pg_current_snapshot(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Set: nothing is sent there.
  disabled_at timestamptz,
  disabled_reason text check (disabled_reason in ('caller', 'gone', 'failing')),
  -- Every try since then failed. Null: the last one did not.
  failing_since timestamptz,
  -- Until then the receiver asked to be left alone.
  not_before timestamptz,
  -- Its deliveries are deleted in the background, and then this row.
  deleted_at timestamptz,
  check ((disabled_at is null) = (disabled_reason is null))
);

-- One row for each event and webhook. What is sent is made of the event again at each try: no text and no number is kept here.
create table webhook_deliveries (
  id bigint generated always as identity primary key,
  webhook_id bigint not null references webhooks,
  event_xid xid8 not null,
  event_id bigint not null,
  type text not null,
  -- So that what receivers answered can be found when a person is erased.
  message_id bigint,
  status text not null default 'queued' check (status in ('queued', 'delivered', 'failed')),
  -- The next try. Null: there is none.
  next_at timestamptz,
  -- The node that is at it.
  owner bigint,
  -- All tries, and those since it was last begun.
  attempts integer not null default 0,
  tries integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (webhook_id, event_xid, event_id)
);

create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_at) where next_at is not null and owner is null;
create index webhook_deliveries_owner on webhook_deliveries (owner) where owner is not null;
create index webhook_deliveries_listed on webhook_deliveries (webhook_id, id);
create index webhook_deliveries_open on webhook_deliveries (webhook_id, status, id) where status <> 'delivered';
create index webhook_deliveries_message on webhook_deliveries (message_id) where message_id is not null;

create table webhook_attempts (
  delivery_id bigint not null references webhook_deliveries on delete cascade,
  number integer not null,
  started_at timestamptz not null,
  finished_at timestamptz not null default now(),
  -- Of HTTP; null: there was no answer.
  status integer,
  -- Why there was none.
  failure text,
  -- How the answer began.
  excerpt text,
  primary key (delivery_id, number)
);

-- How far events were handed out to webhooks. Whoever holds the row does it.
create table webhook_cursor (
  one boolean primary key default true check (one),
  xid xid8 not null default '0',
  id bigint not null default 0
);

insert into webhook_cursor default values;
