/** The hash under which a number's opt-outs stand, of an expression. Written out: a function would be called for each row. */
export function contactHashSql(contact: string): string {
  return `substr(sha256(convert_to(${contact}, 'UTF8')), 1, 16)`
}

/**
 * Whether this contact opted out of this group, by one look into an index; null where it did not, or where the group is null. While nobody
 * has opted out of anything, nothing is looked for. A subselect with a limit, since one of `exists` may be turned into a scan.
 */
export function isOptedOutSql(contact: string, group: string): string {
  return optOutSql('true', contact, group)
}

/** The same, but that what answers a STOP, or a HELP after it, may go out. */
export function isHeldBackSql(messageId: string, contact: string, group: string): string {
  return optOutSql(`o.reply_id is distinct from ${messageId}`, contact, group)
}

function optOutSql(found: string, contact: string, group: string): string {
  return `case when ${group} is not null and (select true from opt_outs limit 1) then (select ${found} from opt_outs o
    where o.hash = ${contactHashSql(contact)} and o.sender_group = ${group} limit 1) end`
}
