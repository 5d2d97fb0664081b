-- Up Migration
-- What devices say of a push themselves, and the SMS that goes out where they say nothing.

alter table tokennotifications
  -- When the device first said so.
  add column received_at timestamptz,
  add column opened_at timestamptz;

-- One row a push that has an SMS to fall back on.
create table fallbacks (
  notification_id bigint primary key references notifications on delete cascade,
  -- Whom the SMS is for; null: he was erased, or it was forgotten.
  contact text,
  -- The SMS as it was asked for, its words filled in, and who asked; null likewise.
  sms jsonb,
  -- What keeps the SMS from going out: `sent`, `received` or `opened`.
  unless text not null check (unless in ('sent', 'received', 'opened')),
  -- Seconds after it was accepted, or was to leave.
  after_seconds integer not null check (after_seconds between 5 and 86400),
  deadline_at timestamptz not null,
  -- When it is to be looked at next: something may have become known before its deadline.
  due_at timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'confirmed', 'went_out', 'cancelled', 'refused')),
  -- Why the SMS went out: `unconfirmed` or `all_failed`; why it did not: `cancelled`, `erased`, or what refused it.
  reason text,
  message_id bigint,
  done_at timestamptz,
  created_at timestamptz not null default now(),
  check ((state = 'waiting') = (done_at is null))
);

create index fallbacks_due on fallbacks (due_at) where state = 'waiting';
create index fallbacks_contact on fallbacks (contact) where contact is not null;
create unique index fallbacks_message on fallbacks (message_id) where message_id is not null;

-- The last of a push may have failed: whoever looks after its fallback need not wait for the deadline.
create function hasten_fallback() returns trigger language plpgsql as $$
begin
  update fallbacks set due_at = now() where notification_id = new.notification_id and state = 'waiting' and due_at > now();
  return null;
end $$;

create trigger hasten_fallback after update on push_chunks for each row
  when (old.done_at is null and new.done_at is not null) execute function hasten_fallback();
