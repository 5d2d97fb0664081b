-- Up Migration
-- What people write to us, who of them wants nothing more, and how that came about.

create table inbound (
  id bigint generated always as identity primary key,
  provider text not null,
  provider_message_id text,
  -- One text that a provider hands over twice has the same one: SHA-256, its first 16 bytes.
  key bytea not null unique check (octet_length(key) = 16),
  -- Who sent it: a number, or a name or short code as it came.
  contact text not null,
  -- Null: it was no number.
  client_id bigint references clients,
  -- The number of ours.
  sent_to text not null,
  text text not null,
  segments smallint not null default 1,
  -- Those among them that never came.
  missing_segments smallint not null default 0,
  -- When it was sent, as the provider says; null: it doesn't.
  sent_at timestamptz,
  -- When it came.
  time timestamptz not null default now(),
  action text check (action in ('stop', 'start', 'help')),
  -- The word that was read as `action`, normalised.
  keyword text,
  -- It sounds like a STOP, and is none by the letter: for a person to judge.
  review boolean not null default false,
  -- The message that answers it.
  reply_id bigint
);

create index inbound_contact on inbound (contact, id);
create index inbound_client on inbound (client_id) where client_id is not null;
create index inbound_review on inbound (id) where review;

-- Texts of which some is still to come. What was joined stays a while, so that a part that comes twice is known.
create table inbound_parts (
  provider text not null,
  contact text not null,
  sent_to text not null,
  reference integer not null,
  total smallint not null,
  -- 1 to `total`
  number smallint not null,
  text text not null,
  handled text check (handled in ('stop', 'start', 'help')),
  sent_at timestamptz,
  received_at timestamptz not null default now(),
  joined_at timestamptz,
  primary key (provider, contact, sent_to, reference, total, number)
);

create index inbound_parts_age on inbound_parts (received_at);

-- Who wants nothing more of a sender group. By the hash of the number, which stays when a person is erased: it still wants nothing.
create table opt_outs (
  id bigint generated always as identity unique,
  -- SHA-256 of the number, its first 16 bytes.
  hash bytea not null check (octet_length(hash) = 16),
  sender_group text not null,
  -- Null: the person was erased.
  contact text,
  client_id bigint references clients,
  since timestamptz not null default now(),
  -- `inbound`: wrote a STOP · `api`: somebody entered it · `provider`: a provider refused a message for it
  source text not null check (source in ('inbound', 'api', 'provider')),
  keyword text,
  -- The message that confirms it, or answers a HELP since: it may go out nevertheless.
  reply_id bigint,
  primary key (hash, sender_group)
);

create index opt_outs_client on opt_outs (client_id) where client_id is not null;

-- How each opt-out came and went: who, what, when and by which way.
create table consent_events (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  act text not null check (act in ('opted_out', 'opted_in')),
  hash bytea not null check (octet_length(hash) = 16),
  -- Null: the person was erased.
  contact text,
  client_id bigint references clients,
  sender_group text not null,
  source text not null check (source in ('inbound', 'api', 'provider')),
  keyword text,
  -- A caller's name, or a provider's.
  actor text not null,
  inbound_id bigint
);

create index consent_events_client on consent_events (client_id) where client_id is not null;

-- Only a number is taken away, when its person is erased. As with the audit this guards against slips, not against the table's owner.
create function keep_consent_events() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if new.contact is null and (new.id, new.at, new.act, new.hash, new.client_id, new.sender_group, new.source, new.keyword, new.actor, new.inbound_id)
      is not distinct from (old.id, old.at, old.act, old.hash, old.client_id, old.sender_group, old.source, old.keyword, old.actor, old.inbound_id) then
      return new;
    end if;
  end if;
  raise exception 'how a consent came about is only added to' using errcode = 'integrity_constraint_violation';
end
$$;

create trigger consent_events_are_kept before update or delete on consent_events
for each row execute function keep_consent_events();

alter table events
  add column inbound_id bigint,
  add column consent_id bigint;

-- So that what a receiver of webhooks answered can be found when a person is erased.
alter table webhook_deliveries add column client_id bigint;
create index webhook_deliveries_client on webhook_deliveries (client_id) where client_id is not null;

create function log_inbound() returns trigger language plpgsql as $$
begin
  insert into events (type, inbound_id, client_id)
  select 'sms.inbound', new.id, new.client_id where events_wanted() && array['*', 'sms.inbound'];
  return null;
end $$;

create function log_consent() returns trigger language plpgsql as $$
begin
  insert into events (type, consent_id, client_id)
  select 'client.' || new.act, new.id, new.client_id where events_wanted() && array['*', 'client.' || new.act];
  return null;
end $$;

create trigger log_inbound after insert on inbound for each row execute function log_inbound();
create trigger log_consent after insert on consent_events for each row execute function log_consent();

alter table retention drop constraint retention_kind_check;
insert into retention (kind) values ('inbound_bodies'), ('inbound');
alter table retention add constraint retention_kind_check
  check (kind in ('sms_bodies', 'sms', 'push_bodies', 'push', 'inbound_bodies', 'inbound'));
