-- Up Migration
-- Which node holds which of a provider's binds: an account has only so many, and a second session for the same one is refused.

-- A handful of rows, which each node that holds binds asks for once a second.
create table binds (
  provider text not null,
  -- 0 up to the number of binds that the account has.
  slot integer not null check (slot >= 0),
  -- Null, or a node that ended: it is free.
  owner bigint references nodes on delete set null,
  taken_at timestamptz not null default now(),
  primary key (provider, slot)
);
