import { TidingsError } from '../domain/errors.ts'
import type { Db } from '../store/db.ts'
import { refusing } from '../store/faults.ts'
import { findOlderNode } from '../store/nodes/older-nodes.ts'
import type { LongNotification } from '../store/push/long-notifications.ts'
import type { NewNotification } from '../store/push/notifications.ts'
import { LEASE_SECONDS } from './lease.ts'

/** What nodes that don't know a migration would do wrong: while one of them lives, nobody is promised it. */
const PARTS = '0027_push_parts'
const PAUSED_PUSHES = '0028_paused_pushes'

/** While nodes are replaced: an older one has left, or is known to be dead, by then or soon after. */
const RETRY_AFTER_SECONDS = 10

/** An older node would send it to all in one language, and at once. Throws TidingsError: `upgrading`. */
export async function refusePartsBesideOlder(db: Db, push: Parameters<typeof hasParts>[0]): Promise<void> {
  if (hasParts(push)) await refuseBesideOlder(db, PARTS, 'A push in several languages, or at several times,')
}

/** An older node would go on with it. Throws TidingsError: `upgrading`. */
export async function refusePauseBesideOlder(db: Db): Promise<void> {
  await refuseBesideOlder(db, PAUSED_PUSHES, 'The pause of one push')
}

/** Whether something of it differs from target to target. */
function hasParts({
  variants = [],
  lastSendAt = null,
  others = [],
}: Pick<NewNotification | LongNotification['notification'], 'variants' | 'lastSendAt'> & {
  readonly others?: readonly { readonly part?: unknown }[]
}): boolean {
  const parts = others.filter(({ part = null }) => part !== null)
  return variants.length > 0 || lastSendAt !== null || parts.length > 0
}

async function refuseBesideOlder(db: Db, migration: string, what: string): Promise<void> {
  const older = await refusing(() => findOlderNode(db, migration, LEASE_SECONDS))
  if (older === null) return
  const message = `${what} needs nodes that know of it, and one of version ${older} still runs. Nothing was stored.`
  throw new TidingsError('upgrading', message, { retryAfterSeconds: RETRY_AFTER_SECONDS })
}
