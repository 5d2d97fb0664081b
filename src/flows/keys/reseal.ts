import type { Sealer } from '../../domain/sealed.ts'
import type { Db } from '../../store/db.ts'
import { readSealed, replaceSealed, type SealedRow } from '../../store/keys/sealed.ts'
import { readOtherSubscriptions, replaceSubscription } from '../../store/push/web-subscriptions.ts'
import { subscriptionPlace } from '../../domain/push/web-subscription.ts'
import { secretPlace } from '../webhooks/webhook-try.ts'

export interface Resealed {
  readonly resealed: number
  /** Their key is not here: they were left as they are. */
  readonly unreadable: number
}

const BATCH = 100

/**
 * Encrypts under the current key what is under an earlier one, while the service runs: each row is replaced in one statement, and only
 * as it was read, so that it can be read at every moment and a rotation meanwhile wins. What was done stays done: a second run goes on.
 */
export async function resealAll(
  db: Db,
  sealer: Sealer,
): Promise<{ readonly webhooks: Resealed; readonly browsers: Resealed }> {
  return { webhooks: await resealWebhooks(db, sealer), browsers: await resealSubscriptions(db, sealer) }
}

async function resealWebhooks(db: Db, sealer: Sealer): Promise<Resealed> {
  const sum = { resealed: 0, unreadable: 0 }
  for (let after = 0; ;) {
    const rows = await readSealed(db, sealer.mark, after, BATCH)
    if (rows.length === 0) return sum
    for (const row of rows) {
      const again = reseal(sealer, row)
      if (again === null) sum.unreadable += 1
      else if (await replaceSealed(db, row, again)) sum.resealed += 1
      after = row.id
    }
  }
}

async function resealSubscriptions(db: Db, sealer: Sealer): Promise<Resealed> {
  const sum = { resealed: 0, unreadable: 0 }
  for (let after = 0; ;) {
    const rows = await readOtherSubscriptions(db, sealer.mark, after, BATCH)
    if (rows.length === 0) return sum
    for (const { id, token, sealed } of rows) {
      const place = subscriptionPlace(token)
      const plain = sealer.open(sealed, place)
      if (plain === null) sum.unreadable += 1
      else if (await replaceSubscription(db, id, sealed, sealer.seal(plain, place))) sum.resealed += 1
      after = id
    }
  }
}

/** Null: one of them can't be read. */
function reseal(sealer: Sealer, { id, secret, oldSecret }: SealedRow): SealedRow | null {
  const moved = (sealed: Buffer, column: 'secret' | 'old_secret'): Buffer | null => {
    const plain = sealer.open(sealed, secretPlace(id, column))
    return plain === null ? null : sealer.seal(plain, secretPlace(id, column))
  }
  const [current, former] = [moved(secret, 'secret'), oldSecret === null ? null : moved(oldSecret, 'old_secret')]
  return current === null || (oldSecret !== null && former === null) ? null : { id, secret: current, oldSecret: former }
}
