import type { Db } from '../db.ts'

/** An act as it was written down. */
export interface AuditRecord {
  readonly id: number
  readonly at: Date
  readonly caller: string
  readonly address: string | null
  readonly act: string
  readonly what: string
  readonly details: Readonly<Record<string, unknown>>
}

/** Which acts; null: any. */
export interface AuditFilter {
  readonly caller: string | null
  /** `key.created`, or `key.*` for all of its kind. */
  readonly act: string | null
  readonly what: string | null
  readonly since: Date | null
  readonly until: Date | null
}

/** At most `limit` acts whose id is below `before`, newest first. */
export async function readAudit(
  db: Db,
  limit: number,
  before: number,
  { caller, act, what, since, until }: AuditFilter,
): Promise<readonly AuditRecord[]> {
  const { rows } = await db.query<AuditRecord>({
    name: 'read-audit',
    text: `select id, at, caller, address, act, what, details from audit
      where id < $1 and ($3::text is null or caller = $3) and ($4::text is null or act = $4 or starts_with(act, $5))
        and ($6::text is null or what = $6) and ($7::timestamptz is null or at >= $7) and ($8::timestamptz is null or at < $8)
      order by id desc limit $2`,
    values: [before, limit, caller, act, act?.endsWith('.*') === true ? act.slice(0, -1) : null, what, since, until],
  })
  return rows
}
