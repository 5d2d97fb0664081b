-- Up Migration
-- What the inbox of captured messages needs to be read page by page, also beside millions that were sent for real: the
-- indexes hold nothing of those.

create index messages_captured on messages (id) where provider = 'sandbox';
create index messages_captured_tag on messages (tag, id) where provider = 'sandbox' and tag is not null;

create index notifications_captured on notifications (id) where provider = 'sandbox';
create index notifications_captured_tag on notifications (tag, id) where provider = 'sandbox' and tag is not null;
create index notifications_captured_topic on notifications (topic, id) where provider = 'sandbox' and topic is not null;

-- What a person did to the inbox, for those who look on, on any node; kept an hour.
create table inbox_changes (
  id bigint generated always as identity primary key,
  -- The message that was played; null: some were deleted, those with this tag and recipient.
  message_id bigint,
  tag text,
  recipient text,
  at timestamptz not null default now()
);
