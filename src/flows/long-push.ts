import type { Intake } from '../delivery/intake.ts'
import { checkFids, checkTokens } from '../domain/push-content.ts'
import { TidingsError, withoutStop, type FaultDetail } from '../domain/errors.ts'
import type { Db } from '../store/db.ts'
import { refusing } from '../store/faults.ts'
import { CHUNK_TARGETS } from '../store/notifications.ts'
import { upsertTokens } from '../store/tokens.ts'
import { createIdList, createIdSet, type IdList } from './id-list.ts'
import type { Accepted, Idempotency, KeyGuard } from './idempotent.ts'
import { toAnswer, toKept, type PreparedPush, type PushAnswer } from './push-call.ts'

/** A device that is named in a line. */
export interface LineTarget {
  readonly kind: 'token' | 'fid'
  readonly value: string
}

/** A push whose targets come in pieces, more of them than one call in JSON may have. */
export interface LongPush {
  /** Enters up to 5,000 targets; nothing is sent to them yet. Throws TidingsError: the first of them has the place `from`. */
  add(targets: readonly LineTarget[], from: number): Promise<void>
  /** All that were added, at once. Resolves after COMMIT; throws TidingsError. */
  accept(idempotency: Idempotency | null): Promise<Accepted<PushAnswer>>
}

export interface LongPushParts {
  readonly db: Db
  /** The project it goes through; empty, or left out: it is not known. */
  readonly project?: string
  readonly intake: Pick<Intake, 'addLongPush'>
  readonly keys: KeyGuard
}

/** Different targets of one push; at eight bytes each they are kept in memory until its end. */
export const MOST_LONG_TARGETS = 5_000_000

export function createLongPush({ db, intake, keys, project }: LongPushParts, prepared: PreparedPush): LongPush {
  const seen = createIdSet()
  const live = createIdList(CHUNK_TARGETS)
  const suppressed = new Map<string, IdList>()

  function listFor(reason: string | null): IdList {
    if (reason === null) return live
    const list = suppressed.get(reason) ?? createIdList(CHUNK_TARGETS)
    suppressed.set(reason, list)
    return list
  }

  const size = (): number => [...suppressed.values()].reduce((sum, list) => sum + list.size(), live.size())

  return {
    async add(targets, from) {
      refuseFaults(targets, from)
      const different = [...new Map(targets.map((target) => [`${target.kind}:${target.value}`, target])).values()]
      const known = await refusing(() =>
        upsertTokens(
          db,
          different.map(({ kind }) => kind),
          different.map(({ value }) => value),
          project,
        ),
      )
      for (const { id, suppressed: reason } of known) if (seen.add(id)) listFor(reason).add(id)
      if (size() > MOST_LONG_TARGETS) throw tooMany()
    },
    accept: (idempotency) =>
      keys.once(
        idempotency,
        () => ({
          kept: toKept(prepared, size()),
          insert: (record) =>
            intake.addLongPush({
              notification: { ...prepared.notification, idempotency: record },
              chunks: live.blocks(),
              suppressed: new Map([...suppressed].map(([reason, list]) => [reason, list.blocks()])),
            }),
        }),
        toAnswer,
      ),
  }
}

function refuseFaults(targets: readonly LineTarget[], from: number): void {
  const faults: FaultDetail[] = []
  for (const [index, { kind, value }] of targets.entries()) {
    const [fault] = kind === 'token' ? checkTokens([value]) : checkFids([value])
    if (fault !== undefined) faults.push({ path: `targets[${from + index}]`, message: fault.message })
    if (faults.length === MOST_FAULTS) break
  }
  const [first] = faults
  if (first !== undefined) {
    throw new TidingsError('invalid_request', `${first.path}: ${withoutStop(first.message)}. Nothing was stored.`, {
      details: faults,
    })
  }
}

/** Told at once. */
const MOST_FAULTS = 20

function tooMany(): TidingsError {
  const message = `At most ${MOST_LONG_TARGETS.toLocaleString('en')} targets fit into one push. Nothing was stored.`
  return new TidingsError('invalid_request', message, { details: [{ path: 'targets', message }] })
}
