/**
 * The tables of a small Flask-SQLAlchemy application, as Alembic makes them on Postgres: serial keys, varchar columns, times without a
 * zone, and one row that says how far its migrations are.
 */
export const ORIGINAL_SCHEMA = `
create table alembic_version (version_num varchar(32) not null, constraint alembic_version_pkc primary key (version_num));
insert into alembic_version values ('5f1c0d2a9b7e');
create table clients (id serial not null, contact varchar, primary key (id));
create table notifications (id serial not null, title varchar, body varchar, "time" timestamp without time zone, primary key (id));
create table tokens (id serial not null, token varchar, primary key (id));
create table messages (
  id serial not null, subject varchar, body varchar, "time" timestamp without time zone, client_id integer,
  primary key (id), foreign key (client_id) references clients (id)
);
create table tokennotifications (
  id serial not null, token_id integer, notification_id integer, primary key (id),
  constraint fk_tn_tokens foreign key (token_id) references tokens (id),
  constraint fk_tn_notifications foreign key (notification_id) references notifications (id)
);`

/** What years of use left in it: doubles, spellings, gaps, rows that point at nobody. */
export const ORIGINAL_ROWS = `
insert into clients (id, contact) values
  (1, '+201009129288'), (2, '+15005550006'), (3, '+20 100 912 9288'), (4, '00201009129288'), (5, null), (7, '+201009129288'), (8, '');
insert into messages (id, subject, body, "time", client_id) values
  (1, 'Code', 'Your code is 482913', '2021-03-01 14:02:11.5', 1),
  (2, 'Code', 'Your code is 482914', '2021-03-02 08:00:00', 3),
  (3, null, null, null, 2),
  (4, 'Hello', '${'مرحبا '.repeat(20)}', '2021-03-04 00:00:00', 7),
  (6, 'Nobody', 'To nobody', '2021-03-05 00:00:00', null),
  (9, 'No number', 'To a client without one', '2021-03-06 00:00:00', 5),
  (10, 'Long', '${'a€'.repeat(80)}', '2021-03-07 00:00:00', 4);
insert into tokens (id, token) values (1, 'token-a'), (2, 'token-b'), (3, 'token-a'), (4, null);
insert into notifications (id, title, body, "time") values
  (1, 'Title', 'Body', '2021-03-01 10:00:00'), (2, 'To a topic', null, null), (5, null, 'Body', '2021-03-03 10:00:00');
insert into tokennotifications (id, token_id, notification_id) values
  (1, 1, 1), (2, 2, 1), (3, 3, 1), (4, 1, 5), (5, 1, 5), (6, 4, 5), (7, null, 5);
select setval('clients_id_seq', 8), setval('messages_id_seq', 12), setval('tokens_id_seq', 4),
  setval('notifications_id_seq', 5), setval('tokennotifications_id_seq', 7);`
