-- From where an act came, and that an entry stays as it was written.

-- Null: it was done from a command line, or before this column was there.
alter table audit add column address text;

-- Entries are added and read. Whoever owns the table can take this away, so it guards against slips, not against its owner.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'entries of the audit are only added' using errcode = 'integrity_constraint_violation';
end
$$;

create trigger audit_is_kept before update or delete or truncate on audit
for each statement execute function refuse_audit_change();
