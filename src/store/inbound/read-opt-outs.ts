import type { ConsentSource } from '../../domain/consent.ts'
import { texts } from '../arrays.ts'
import { contactHashSql, isOptedOutSql } from './consent-sql.ts'
import type { DbClient } from '../db.ts'

/** Somebody who wants nothing more of a sender group. */
export interface OptOutRecord {
  readonly id: number
  /** Null: the person was erased. */
  readonly contact: string | null
  readonly senderGroup: string
  readonly since: Date
  readonly source: ConsentSource
  readonly keyword: string | null
}

/** Which opt-outs; null: any. */
export interface OptOutFilter {
  readonly contact: string | null
  readonly senderGroup: string | null
}

const COLUMNS = `o.id, o.contact, o.sender_group as "senderGroup", o.since, o.source, o.keyword`

/** At most `limit` of them whose id is below `before`, newest first. */
export async function readOptOuts(
  db: DbClient,
  { contact, senderGroup }: OptOutFilter,
  limit: number,
  before: number,
): Promise<readonly OptOutRecord[]> {
  // One person has a handful; all others are read by their ids.
  const ofOne = contact === null ? '$3::text is null' : `o.hash = ${contactHashSql('$3::text')}`
  const { rows } = await db.query<OptOutRecord>({
    name: contact === null ? 'read-opt-outs' : 'read-opt-outs-of-one',
    text: `select ${COLUMNS} from opt_outs o where ${ofOne} and ($4::text is null or o.sender_group = $4) and o.id < $1 order by o.id desc limit $2`,
    values: [before, limit, contact, senderGroup],
  })
  return rows
}

/** Whether each of these is kept back by an opt-out; a group that is null keeps nothing back. */
export async function readOptedOut(
  db: DbClient,
  list: readonly { readonly contact: string; readonly group: string | null }[],
): Promise<readonly boolean[]> {
  const { rows } = await db.query<{ stopped: boolean }>({
    name: 'read-opted-out',
    text: `select coalesce(${isOptedOutSql('t.contact', 't.consent_group')}, false) as stopped
      from unnest($1::text[], $2::text[]) with ordinality as t (contact, consent_group, ord) order by t.ord`,
    values: [texts(list.map(({ contact }) => contact)), texts(list.map(({ group }) => group))],
  })
  return rows.map(({ stopped }) => stopped)
}
