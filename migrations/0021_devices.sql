-- Up Migration
-- Devices, as those who know them tell: whose they are, what they run, when they were seen, and which addresses are one of them.

alter table tokens
  -- The person; null: nobody said.
  add column client_id bigint references clients,
  add column platform text check (platform in ('android', 'ios', 'web')),
  -- The app's own name for itself: `com.example.shop`.
  add column app text,
  -- BCP 47
  add column locale text,
  -- IANA
  add column time_zone text,
  -- When it was last registered; null: it never was, a push named it.
  add column last_seen_at timestamptz,
  -- Not seen for so long that it may be gone: since when it is marked.
  add column stale_at timestamptz,
  -- The address that this device has now; null: this one. No reference: a restore brings rows in any order.
  add column sent_as bigint,
  -- A push service said that it belongs to another project than this one, by which it is not sent to.
  add column wrong_project text;

create index tokens_client on tokens (client_id, id) where client_id is not null;
create index tokens_sent_as on tokens (sent_as) where sent_as is not null;

-- Of a device one address tells; of an erased person the client does.
drop trigger log_retired on tokens;
create trigger log_retired after update on tokens for each row
  when (old.retired_at is null and new.retired_at is not null and new.sent_as is null and new.retired_reason is distinct from 'erased')
  execute function log_token();
