-- Up Migration
-- What attempts cost, as the routes told it when they were made.

alter table attempts
  -- In `currency` (ISO 4217); null: not known, or nothing.
  add column price numeric,
  add column currency text;
