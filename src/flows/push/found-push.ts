import type { Caller } from '../../domain/caller.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { Accepted, Idempotency } from '../sending/idempotent.ts'
import type { LineTarget } from './long-push.ts'
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
  async function acceptLong(call: PushCall, found: Finding, caller: Caller, idempotency: Idempotency | null) {
    const long = await push.openLong(call, caller, true)
    let place = 0
    for await (const page of found.pages()) {
      await long.add(page.map(toTarget), place)
      place += page.length
    }
    return long.accept(idempotency)
  }

  return {
    async prepare(call, found, caller) {
      const targets = await gather(found)
      if (targets === null) throw tooManyToExplain()
      if (targets.length === 0) throw found.nobody()
      return push.prepareFound(call, { tokens: valuesOf(targets, 'token'), fids: valuesOf(targets, 'fid') }, caller)
    },
    async accept(call, found, caller, idempotency) {
      const targets = await gather(found)
      if (targets === null) return acceptLong(call, found, caller, idempotency)
      const read = async () => {
        if (targets.length === 0) throw found.nobody()
        const [tokens, fids] = [valuesOf(targets, 'token'), valuesOf(targets, 'fid')]
        return { input: call, targets: { kind: 'token' as const, tokens, fids } }
      }
      return push.acceptRead(read, caller, idempotency)
    },
  }
}

/** Null: there are too many. */
async function gather(found: Finding): Promise<readonly LineTarget[] | null> {
  const targets: LineTarget[] = []
  for await (const page of found.pages()) {
    targets.push(...page.map(toTarget))
    if (targets.length > MOST_KEPT) return null
  }
  return targets
}

function toTarget({ kind, token }: { readonly kind: 'token' | 'fid'; readonly token: string }): LineTarget {
  return { kind, value: token }
}

function valuesOf(targets: readonly LineTarget[], kind: LineTarget['kind']): readonly string[] {
  return targets.filter((target) => target.kind === kind).map(({ value }) => value)
}

function tooManyToExplain(): TidingsError {
  const message = `a dry run takes at most ${MOST_KEPT.toLocaleString('en')} devices`
  return new TidingsError('invalid_request', message, { details: [{ path: 'dry_run', message }] })
}
