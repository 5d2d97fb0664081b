-- Up Migration
-- What limits sending beyond a single call: how much one recipient is sent, what codes to one range look like, what a day has cost.

alter table messages
  -- Somebody typed in the code that it brought.
  add column converted_at timestamptz,
  -- The recipient's, as its caller named it (IANA); null: his number tells.
  add column time_zone text,
  -- Whether typographic characters give way, as its caller said; null: he said nothing.
  add column plain boolean;

alter table api_keys
  -- A day, in the currency of the routes; null: no limit.
  add column spend_limit numeric check (spend_limit > 0);

alter table events
  -- What an alarm of a rule is about: the beginning of numbers, a country, a key; never a number.
  add column what text;

-- Messages that were accepted for one recipient, for those categories that caps hold back. Rows a day old are removed.
create table recipient_counts (
  contact text primary key,
  -- Within the last 24 hours, the oldest first; there are no more than the cap of a day.
  times timestamptz[] not null,
  -- One-time codes among them, within the last ten minutes.
  codes timestamptz[] not null,
  -- Of those that were asked for last: codes, and all others.
  granted_codes integer not null,
  granted integer not null,
  updated_at timestamptz not null default now()
) with (fillfactor = 70);

-- One-time codes, counted by every node once a second. Rows of ten minutes are removed after an hour, those of a day after two days.
create unlogged table code_traffic (
  kind text not null check (kind in ('prefix-10m', 'prefix-day', 'country-10m', 'country-day', 'block-10m', 'all-day')),
  -- The first seven digits, a country, all digits but the last two, `*`.
  key text not null,
  at timestamptz not null,
  codes integer not null default 0,
  converted integer not null default 0,
  -- Which of the hundred numbers of a block.
  numbers bit(100),
  primary key (kind, key, at)
) with (fillfactor = 70);

-- What rules have found, told once until it is over.
create table rule_alarms (
  rule text not null,
  what text not null,
  at timestamptz not null default now(),
  until timestamptz not null,
  primary key (rule, what)
);

-- What was taken from a day's limits, in millionths of the currency of the routes. A node takes some in advance, and returns the rest.
create table spending (
  -- UTC
  day date not null,
  -- 0: all callers together.
  key_id bigint not null,
  taken bigint not null,
  -- What was taken last.
  granted bigint not null,
  primary key (day, key_id)
) with (fillfactor = 70);
