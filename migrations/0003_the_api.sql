-- Up Migration
-- What an API that people build on asks of a message: whose key it came with, when it is to go out, what it was made from.

alter table messages
  -- The key it came with; null: it came without one.
  add column key_id integer,
  -- The earliest time it may leave, as its caller wished; null: at once.
  add column send_at timestamptz,
  -- name@version/locale
  add column template text,
  -- The message whose content was sent again as this one.
  add column resent_from bigint,
  -- The number that has it in the contact's place: REDIRECT_TO at the time of accept.
  add column redirected_to text;

alter table notifications
  add column key_id integer,
  add column send_at timestamptz,
  add column template text,
  add column resent_from bigint;
