import { texts } from '../arrays.ts'
import type { Db, DbClient } from '../db.ts'

/** One browser's subscription as it is stored. */
export interface SealedSubscription {
  /** `webpush:…` */
  readonly token: string
  readonly sealed: Buffer
}

/** What is there already is replaced: a browser may get other keys for the same endpoint. In the transaction that enters its token. */
export async function putWebSubscription(client: DbClient, tokenId: number, sealed: Buffer): Promise<void> {
  await client.query({
    name: 'put-web-subscription',
    text: `insert into web_subscriptions as w (token_id, subscription) values ($1, $2)
      on conflict (token_id) do update set subscription = excluded.subscription`,
    values: [tokenId, sealed],
  })
}

/** Those of these addresses that there are, in no order. */
export async function readWebSubscriptions(db: Db, tokens: readonly string[]): Promise<readonly SealedSubscription[]> {
  const { rows } = await db.query<SealedSubscription>({
    name: 'read-web-subscriptions',
    text: `select t.token, w.subscription as sealed
      from tokens t join web_subscriptions w on w.token_id = t.id
      where t.hash in (select token_hash('token', i.token) from unnest($1::text[]) as i (token))`,
    values: [texts(tokens)],
  })
  return rows
}

/** At most `limit` of them above `afterId` that do not begin with `mark`. */
export async function readOtherSubscriptions(
  db: Db,
  mark: Buffer,
  afterId: number,
  limit: number,
): Promise<readonly (SealedSubscription & { readonly id: number })[]> {
  const { rows } = await db.query<SealedSubscription & { id: number }>({
    name: 'read-other-subscriptions',
    text: `select t.id, t.token, w.subscription as sealed from web_subscriptions w join tokens t on t.id = w.token_id
      where w.token_id > $2 and substring(w.subscription, 1, 5) <> $1 order by w.token_id limit $3`,
    values: [mark, afterId, limit],
  })
  return rows
}

/** False: it is not there any more as it was read, and nothing was changed. */
export async function replaceSubscription(db: Db, id: number, before: Buffer, after: Buffer): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'replace-subscription',
    text: `update web_subscriptions set subscription = $3 where token_id = $1 and subscription = $2`,
    values: [id, before, after],
  })
  return rowCount === 1
}
