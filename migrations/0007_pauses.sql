-- Up Migration
-- What holds messages back: pauses of a provider or a category, and a cancelled push's chunks.

-- A handful of rows at most, which every node reads a few times a second: the key is the only index.
create table pauses (
  -- A provider's name; `*`: every provider.
  provider text not null default '*',
  category text not null default '*' check (category in ('*', 'otp', 'transactional', 'marketing')),
  reason text,
  -- Whose call it was, as the audit names him.
  caller text not null,
  paused_at timestamptz not null default now(),
  primary key (provider, category)
);

-- Set: what of the chunk was not handed over by then never is. Its owner finds it by push_chunks_owner, everybody else by push_chunks_due.
alter table push_chunks add column cancelled_at timestamptz;
