import type { Caller } from '../../domain/caller.ts'
import type { Category } from '../../domain/category.ts'
import { refusePauseBesideOlder } from '../../delivery/older-nodes.ts'
import { TidingsError } from '../../domain/errors.ts'
import { nearest } from '../../domain/nearest.ts'
import { doneBy, writeAudit } from '../../store/keys/audit.ts'
import type { Db, DbClient } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import { addPause, pausePush, removePauses, resumePush } from '../../store/nodes/pauses.ts'
import { listPauses, type PauseRecord, type PauseScope } from '../../store/nodes/read-pauses.ts'
import type { NotificationRecord } from '../../store/push/read-notifications.ts'
import { inTransaction } from '../../store/transaction.ts'
import { readPush, tooLate, waits } from '../push/open-push.ts'

/** As it stands on the wire. What is left out stands for all. */
export interface PauseInput {
  readonly provider?: string
  readonly category?: Category
  readonly reason?: string
}

/** Holds back what is not submitted yet, on every node within a second; messages are accepted, and wait. All throw TidingsError. */
export interface Pauses {
  /** Resolves after COMMIT with all pauses there are, the oldest first. */
  pause(input: PauseInput, caller: Caller): Promise<readonly PauseRecord[]>
  /** Ends the pauses within what is named: `ended` are so many. */
  resume(input: PauseInput, caller: Caller): Promise<{ ended: number; pauses: readonly PauseRecord[] }>
  list(): Promise<readonly PauseRecord[]>
  /** One push by itself; too late where nothing of it waits, and refused while an older node runs. May be repeated. */
  pausePush(id: number, caller: Caller): Promise<NotificationRecord>
  /** Whether or not it was paused. A pause of what it goes by, or of its category, stays. */
  resumePush(id: number): Promise<NotificationRecord>
}

export interface PausesParts {
  readonly db: Db
  /** The names of those that messages go through. */
  readonly providers: readonly string[]
  /** After COMMIT. */
  readonly onChange: () => void
}

export function createPauses({ db, providers, onChange }: PausesParts): Pauses {
  async function change<T>(work: (client: DbClient) => Promise<T>): Promise<T> {
    const result = await refusing(() => inTransaction(db, work))
    onChange()
    return result
  }

  return {
    pause(input, caller) {
      const scope = readScope(input, providers)
      return change(async (client) => {
        await addPause(client, scope, input.reason ?? null, caller.name)
        await writeAudit(client, { ...doneBy(caller), act: 'sending.paused', what: nameOf(scope) })
        return listPauses(client)
      })
    },
    resume(input, caller) {
      const scope = readScope(input, providers)
      return change(async (client) => {
        const ended = await removePauses(client, scope)
        if (ended > 0) await writeAudit(client, { ...doneBy(caller), act: 'sending.resumed', what: nameOf(scope) })
        return { ended, pauses: await listPauses(client) }
      })
    },
    list: () => refusing(() => listPauses(db)),
    async pausePush(id, caller) {
      const push = await readPush(db, id)
      if (!waits(push)) throw tooLate('paused', push)
      await refusePauseBesideOlder(db)
      await refusing(() => pausePush(db, id, caller.name))
      onChange()
      return readPush(db, id)
    },
    async resumePush(id) {
      await readPush(db, id)
      await refusing(() => resumePush(db, id))
      onChange()
      return readPush(db, id)
    },
  }
}

function readScope(
  { provider = null, category = null }: Partial<PauseScope>,
  providers: readonly string[],
): PauseScope {
  if (provider === null || providers.includes(provider)) return { provider, category }
  const message = `There is no provider of this name: there are ${providers.join(', ')}`
  const suggestion = nearest(provider, providers, 2)
  throw new TidingsError('invalid_request', `provider: ${message}`, {
    details: [{ path: 'provider', message, ...(suggestion === null ? {} : { suggestion }) }],
  })
}

/** For the audit: `everything`, `twilio`, `twilio:marketing`, `*:marketing`. */
function nameOf({ provider, category }: PauseScope): string {
  if (provider === null && category === null) return 'everything'
  return category === null ? (provider ?? '*') : `${provider ?? '*'}:${category}`
}
