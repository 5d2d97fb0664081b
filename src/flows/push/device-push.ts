import type { Caller } from '../../domain/caller.ts'
import type { FilterCall } from './device-reading.ts'
import type { Finding, FoundPush } from './found-push.ts'
import type { Accepted, Idempotency } from '../sending/idempotent.ts'
import { noDevices } from './push-faults.ts'
import type { PreparedPush, PushAnswer, PushCall } from './push-call.ts'
import type { Tokens } from './tokens.ts'

/** Pushes to those registered devices that a filter names, as they are when it is accepted. Throws TidingsError: `no_devices`. */
export interface DevicePush {
  /** Stores nothing; for no more devices than a push in JSON may have. */
  prepare(call: PushCall, to: FilterCall, caller: Caller): Promise<PreparedPush>
  /** Resolves after COMMIT. A repeated call is answered as the first one was, whatever is registered by then. */
  accept(call: PushCall, to: FilterCall, caller: Caller, idempotency: Idempotency | null): Promise<Accepted<PushAnswer>>
}

export function createDevicePush(tokens: Pick<Tokens, 'filter' | 'reached'>, push: FoundPush): DevicePush {
  const finding = (to: FilterCall): Finding => ({ pages: () => tokens.reached(tokens.filter(to)), nobody: noDevices })
  return {
    prepare: async (call, to, caller) => push.prepare(withPerson(call, to), finding(to), caller),
    accept: async (call, to, caller, idempotency) =>
      push.accept(withPerson(call, to), finding(to), caller, idempotency),
  }
}

/** An SMS that stands in for a push to one person’s devices is for that person, unless its caller names another. */
function withPerson(call: PushCall, { client, clients = [] }: FilterCall): PushCall {
  const { fallback } = call
  const person = client ?? (clients.length === 1 ? clients[0] : undefined)
  if (fallback === undefined || person === undefined) return call
  return { ...call, fallback: { ...fallback, sms: { contact: person, ...fallback.sms } } }
}
