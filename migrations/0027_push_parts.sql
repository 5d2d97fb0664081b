-- Up Migration
-- One push in several languages, and at several times: its words, and which of its chunks have what.

alter table notifications
  -- Its words in the languages that its targets have: locale, template, title, body, link, image, and how many have them; null: all have the same.
  add column variants jsonb;

alter table push_chunks
  -- The place of its words among the notification's variants; null: those of the notification.
  add column variant smallint,
  -- The earliest time it may leave, and until when it is worth sending; null: as the notification has it.
  add column leaves_at timestamptz,
  add column expires_at timestamptz,
  -- Whose clocks its quiet hours go by (IANA); null: it has none.
  add column zones text[],
  -- It waits for the end of quiet hours, or did.
  add column quiet boolean not null default false;

alter table tokennotifications
  -- As its chunk's.
  add column variant smallint;
