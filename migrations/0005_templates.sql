-- Up Migration
-- Texts that are sent by name: each change is a version of its own, and no version ever changes.

create table templates (
  name text collate "C" primary key check (name ~ '^[a-z][a-z0-9_.-]{0,63}$'),
  kind text not null check (kind in ('sms', 'push')),
  -- The newest one. It goes on after a deletion: no number ever stands for two texts.
  version integer not null,
  -- The oldest one that is left: those from before a deletion are gone.
  first_version integer not null,
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);

create table template_versions (
  name text collate "C" not null references templates,
  version integer not null,
  -- default_locale, locales and variables as they were given, in their order.
  content json not null,
  created_at timestamptz not null default now(),
  primary key (name, version)
);
