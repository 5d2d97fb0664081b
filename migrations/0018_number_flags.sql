-- Up Migration
-- What providers say of numbers that nothing reaches. Whoever is delivered something again is taken out; rows without a new cause are removed
-- after 90 days.

create table number_flags (
  contact text not null,
  reason text not null check (reason in ('blocked', 'unknown_number', 'not_mobile', 'landline')),
  -- Who said so last.
  provider text not null,
  -- When it was said within the last 30 days, the oldest first; no more of them than it takes.
  times timestamptz[] not null,
  -- It was said often enough; null: not yet.
  since timestamptz,
  caused_at timestamptz not null default now(),
  primary key (contact, reason)
);
create index number_flags_caused on number_flags (caused_at);
