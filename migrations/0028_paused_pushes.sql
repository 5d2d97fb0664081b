-- Up Migration
-- Pushes that somebody has stopped for now: no chunk of theirs is taken, nor goes on.

-- A handful of rows at most, which every node reads a few times a second.
create table paused_pushes (
  notification_id bigint primary key references notifications on delete cascade,
  -- Whose call it was, as the audit names him.
  caller text not null,
  paused_at timestamptz not null default now()
);
