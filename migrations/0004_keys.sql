-- Up Migration
-- Who may call, and what was done to the service itself.

create table api_keys (
  id bigint generated always as identity primary key,
  -- Stands in the key itself, in addresses and in logs.
  public_id text not null unique check (public_id ~ '^[0-9A-Za-z]{10}$'),
  mode text not null check (mode in ('live', 'test')),
  name text not null,
  scopes text[] not null,
  -- Null: no limit.
  countries text[],
  topics text[],
  cidrs text[],
  -- HMAC-SHA-256 of the whole key under SECRET_KEY; the key itself is nowhere.
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  -- The one before the last rotation, and until when it still opens.
  old_secret_hash bytea check (octet_length(old_secret_hash) = 32),
  old_secret_until timestamptz,
  -- Tells under which SECRET_KEY the hashes were made, and nothing about it.
  secret_key_mark text not null,
  created_at timestamptz not null default now(),
  rotated_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  -- What is for the service itself is never for a key that only captures.
  check (mode = 'live' or not scopes @> array['admin'])
)
-- Its rows are written again and again for `last_used_at`, which no index holds.
with (fillfactor = 70);

-- Each administrative act, in the transaction that did it. Read by id, newest first.
create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  -- `key:` and a public id, `anyone`, or `command line`.
  caller text not null,
  -- `key.created`
  act text not null,
  -- What it was done to: a public id, a provider, a masked contact.
  what text not null,
  details jsonb not null default '{}'
);
