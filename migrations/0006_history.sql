-- Up Migration
-- What history needs to be searched, kept for a while, and forgotten.

-- The words of a caller's own that a search begins at. They hold only rows that have one, and nothing that a settlement writes.
create index messages_tag on messages (tag, id) where tag is not null;
create index notifications_tag on notifications (tag, id) where tag is not null;
create index notifications_topic on notifications (topic, id) where topic is not null;

-- Who is erased must not stay behind as the number that others' messages went to. Empty where REDIRECT_TO was never set.
create index messages_redirected on messages (redirected_to) where redirected_to is not null;

alter table clients
  -- From then on `contact` is `erased:` and the id: the row stays, so that what was sent is still counted.
  add column erased_at timestamptz,
  -- Nothing of this person is left, and nothing can come any more.
  add column erase_done_at timestamptz,
  drop constraint clients_contact_check,
  add constraint clients_contact_check check (contact ~ '^\+[1-9][0-9]{1,14}$' or (erased_at is not null and contact = 'erased:' || id));

create index clients_erasing on clients (id) where erased_at is not null and erase_done_at is null;

-- How far each kind of retention has come: everything up to this id was treated, but for what it left behind.
create table retention (
  kind text primary key check (kind in ('sms_bodies', 'sms', 'push_bodies', 'push')),
  done_id bigint not null default 0
);

insert into retention (kind) values ('sms_bodies'), ('sms'), ('push_bodies'), ('push');

-- What was old enough, but not at its end yet. Looked at again in each round.
create table retention_left (
  kind text not null references retention,
  id bigint not null,
  primary key (kind, id)
);
