-- Up Migration
-- Who is signed in in a browser. What the browser holds is nowhere here, only its SHA-256.

create table sessions (
  hash bytea primary key check (octet_length(hash) = 32),
  -- The key it was opened with, whose rights it has at each moment; null: by a link from the terminal.
  key_id bigint references api_keys on delete cascade,
  created_at timestamptz not null default now(),
  -- Within a minute.
  seen_at timestamptz not null default now()
);

-- Each opens one session.
create table sign_in_links (
  hash bytea primary key check (octet_length(hash) = 32),
  created_at timestamptz not null default now()
);
