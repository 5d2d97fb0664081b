import type { Caller } from '../domain/caller.ts'
import { TidingsError } from '../domain/errors.ts'
import type { FilterCall } from './device-reading.ts'
import type { Accepted, Idempotency } from './idempotent.ts'
import type { LineTarget } from './long-push.ts'
import type { PreparedPush, PushAnswer, PushCall } from './push-call.ts'
import type { PushFlow } from './push.ts'
import type { Tokens } from './tokens.ts'

/** Pushes to those registered devices that a filter names, as they are when it is accepted. Throws TidingsError: `no_devices`. */
export interface DevicePush {
  /** Stores nothing; for no more devices than a push in JSON may have. */
  prepare(call: PushCall, to: FilterCall, caller: Caller): Promise<PreparedPush>
  /** Resolves after COMMIT. A repeated call is answered as the first one was, whatever is registered by then. */
  accept(call: PushCall, to: FilterCall, caller: Caller, idempotency: Idempotency | null): Promise<Accepted<PushAnswer>>
}

/** Beyond it their addresses are not kept in memory. */
const MOST_KEPT = 100_000

export function createDevicePush(
  tokens: Pick<Tokens, 'filter' | 'reached'>,
  push: Pick<PushFlow, 'prepareFound' | 'acceptRead' | 'openLong'>,
): DevicePush {
  async function gather(to: FilterCall): Promise<readonly LineTarget[] | null> {
    const targets: LineTarget[] = []
    for await (const page of tokens.reached(tokens.filter(to))) {
      for (const { kind, token } of page) targets.push({ kind, value: token })
      if (targets.length > MOST_KEPT) return null
    }
    return targets
  }

  async function acceptLong(call: PushCall, to: FilterCall, caller: Caller, idempotency: Idempotency | null) {
    const long = await push.openLong(call, caller, true)
    let place = 0
    for await (const page of tokens.reached(tokens.filter(to))) {
      await long.add(
        page.map(({ kind, token }) => ({ kind, value: token })),
        place,
      )
      place += page.length
    }
    return long.accept(idempotency)
  }

  return {
    async prepare(call, to, caller) {
      const targets = await gather(to)
      if (targets === null) throw tooManyToExplain()
      if (targets.length === 0) throw noDevices()
      return push.prepareFound(call, { tokens: valuesOf(targets, 'token'), fids: valuesOf(targets, 'fid') }, caller)
    },
    async accept(call, to, caller, idempotency) {
      const targets = await gather(to)
      if (targets === null) return acceptLong(call, to, caller, idempotency)
      const read = async () => {
        if (targets.length === 0) throw noDevices()
        const [named, fids] = [valuesOf(targets, 'token'), valuesOf(targets, 'fid')]
        return { input: call, targets: { kind: 'token' as const, tokens: named, fids } }
      }
      return push.acceptRead(read, caller, idempotency)
    },
  }
}

function valuesOf(targets: readonly LineTarget[], kind: LineTarget['kind']): readonly string[] {
  return targets.filter((target) => target.kind === kind).map(({ value }) => value)
}

function noDevices(): TidingsError {
  const message = 'No device is what `to` asks for'
  return new TidingsError('no_devices', message, { details: [{ path: 'to', message }] })
}

function tooManyToExplain(): TidingsError {
  const message = `a dry run takes at most ${MOST_KEPT.toLocaleString('en')} devices`
  return new TidingsError('invalid_request', message, { details: [{ path: 'to', message }] })
}
