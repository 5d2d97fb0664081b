-- Up Migration
-- Where what is sent belongs in a trace (W3C Trace Context), so that a later attempt, and a receipt after that, belong there too. Null
-- wherever nothing is traced.
alter table messages add column traceparent text;
alter table notifications add column traceparent text;
