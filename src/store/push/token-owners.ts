import { numbers } from '../arrays.ts'
import type { Db } from '../db.ts'

/** Whose a device is. */
export interface TokenOwner {
  readonly tokenId: number
  /** Of the person; null: nobody's that is known. */
  readonly clientId: number | null
  readonly contact: string | null
}

/** Of these tokens, 5,000 at most: whose device each is. */
export async function readTokenOwners(db: Db, ids: readonly number[]): Promise<readonly TokenOwner[]> {
  const { rows } = await db.query<TokenOwner>({
    name: 'read-token-owners',
    text: `select t.id as "tokenId", c.id as "clientId", c.contact from tokens t join tokens a on a.id = coalesce(t.sent_as, t.id)
      left join clients c on c.id = a.client_id and c.erased_at is null where t.id = any ($1::bigint[])`,
    values: [numbers(ids)],
  })
  return rows
}
