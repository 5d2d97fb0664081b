import type { Caller } from '../../domain/caller.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { Devices } from '../../domain/staging.ts'
import type { Accepted, Idempotency } from '../sending/idempotent.ts'
import type { LineTarget, LongPush } from './long-push.ts'
import type { PreparedPush, PushAnswer, PushCall } from './push-call.ts'
import type { PushFlow } from './push.ts'

/** Devices that are looked up when a push is accepted. */
export interface Finding {
  /** Some thousand at a time; each stands there once. */
  pages(): AsyncIterable<readonly { readonly kind: 'token' | 'fid'; readonly token: string }[]>
  /** Why there is nobody to send to. */
  nobody(): TidingsError
}

/** Pushes to devices that are looked up. Throws TidingsError. */
export interface FoundPush {
  /** Stores nothing; for no more devices than a push in JSON may have. */
  prepare(call: PushCall, found: Finding, caller: Caller): Promise<PreparedPush>
  /** Resolves after COMMIT. A repeated call is answered as the first one was, whoever is found by then. */
  accept(call: PushCall, found: Finding, caller: Caller, idempotency: Idempotency | null): Promise<Accepted<PushAnswer>>
}

/** Beyond it their addresses are not kept in memory. */
const MOST_KEPT = 100_000

export function createFoundPush(push: Pick<PushFlow, 'prepareFound' | 'acceptRead' | 'openLong'>): FoundPush {
  return {
    async prepare(call, found, caller) {
      const read = await readOnce(found, () => {
        throw tooManyToExplain()
      })
      if (read.targets.length === 0) throw found.nobody()
      return push.prepareFound(call, devicesOf(read.targets), caller)
    },
    async accept(call, found, caller, idempotency) {
      const { targets, long } = await readOnce(found, () => push.openLong(call, caller, true))
      if (long !== null) return long.accept(idempotency)
      const read = async () => {
        if (targets.length === 0) throw found.nobody()
        return { input: call, targets: { kind: 'token' as const, ...devicesOf(targets) } }
      }
      return push.acceptRead(read, caller, idempotency)
    },
  }
}

interface Read {
  /** Empty where they are in `long`. */
  readonly targets: readonly LineTarget[]
  /** Null: there are so few that they could be kept. */
  readonly long: LongPush | null
}

/** What was kept by the time that there are too many goes into the long push first, then each page as it comes. */
async function readOnce(found: Finding, openLong: () => Promise<LongPush>): Promise<Read> {
  const kept: (readonly LineTarget[])[] = []
  let [read, entered] = [0, 0]
  let long: LongPush | null = null
  for await (const page of found.pages()) {
    kept.push(page.map(toTarget))
    read += page.length
    if (read <= MOST_KEPT) continue
    long ??= await openLong()
    for (const targets of kept.splice(0)) {
      await long.add(targets, entered)
      entered += targets.length
    }
  }
  return { targets: kept.flat(), long }
}

function toTarget({ kind, token }: { readonly kind: 'token' | 'fid'; readonly token: string }): LineTarget {
  return { kind, value: token }
}

function devicesOf(targets: readonly LineTarget[]): Devices {
  const valuesOf = (kind: LineTarget['kind']) => targets.filter((one) => one.kind === kind).map(({ value }) => value)
  return { tokens: valuesOf('token'), fids: valuesOf('fid') }
}

function tooManyToExplain(): TidingsError {
  const message = `a dry run takes at most ${MOST_KEPT.toLocaleString('en')} devices`
  return new TidingsError('invalid_request', message, { details: [{ path: 'dry_run', message }] })
}
