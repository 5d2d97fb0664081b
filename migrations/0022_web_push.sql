-- Up Migration
-- Subscriptions of browsers: where each takes pushes, and what they are encrypted with. Who knows one can send to that browser.

create table web_subscriptions (
  token_id bigint primary key references tokens,
  -- Sealed under SECRET_KEY, for `web_subscriptions|<the token>|subscription`.
  subscription bytea not null,
  created_at timestamptz not null default now()
);

create function drop_web_subscription() returns trigger language plpgsql as $$
begin
  delete from web_subscriptions where token_id = new.id;
  return null;
end $$;

-- It goes with its address, whichever node does that: when it is retired, taken away or erased. One that is only stale may come back for as
-- long as that can be undone, until nothing is known of it any more.
create trigger drop_web_subscription after update on tokens for each row
  when (old.token like 'webpush:%' and (new.token <> old.token
    or (new.retired_at is not null and (new.retired_reason is distinct from 'stale' or new.last_seen_at is null))))
  execute function drop_web_subscription();
