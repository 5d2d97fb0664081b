import { type Call, fault } from './call.ts'

export interface Aborts {
  watch(signal: AbortSignal, call: Call): void
  unwatch(signal: AbortSignal, call: Call): void
}

/** One listener for each signal, however many calls share it: thousands of listeners on one signal are slow to remove. */
export function createAborts(): Aborts {
  const watched = new Map<AbortSignal, { readonly calls: Set<Call>; readonly onAbort: () => void }>()

  function begin(signal: AbortSignal): Set<Call> {
    const calls = new Set<Call>()
    const onAbort = () => [...calls].forEach(abort)
    signal.addEventListener('abort', onAbort)
    watched.set(signal, { calls, onAbort })
    return calls
  }
  return {
    watch(signal, call) {
      const calls = watched.get(signal)?.calls ?? begin(signal)
      calls.add(call)
    },
    unwatch(signal, call) {
      const entry = watched.get(signal)
      if (entry === undefined) return
      entry.calls.delete(call)
      if (entry.calls.size > 0) return
      signal.removeEventListener('abort', entry.onAbort)
      watched.delete(signal)
    },
  }
}

function abort(call: Call): void {
  if (call.cancel !== null) call.cancel(fault('maybe', 'aborted'))
  else call.settle(fault('no', 'aborted'))
}
