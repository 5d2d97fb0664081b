/**
 * Which receipts were quicker than the commit of their submission, so that they are matched right after it and not at the next turn. It
 * knows this node's alone; those that another node settles wait for that turn.
 */
export interface EarlyReceipts {
  /** Nothing that is settled can matter. */
  isEmpty(): boolean
  /** It is looked for now. */
  looking(provider: string, id: string): void
  /** It has its message. True: another receipt of that id was parked before, and its submission is settled meanwhile. */
  found(provider: string, id: string): boolean
  /** It was parked. True: its submission was settled meanwhile. */
  parked(provider: string, id: string): boolean
  /** All that are parked are looked for by themselves now; those that were so at the turn before are left to that. */
  turn(): void
  /** A submission was settled. Those of its ids whose receipts were parked. */
  settled(provider: string, ids: readonly string[]): readonly string[]
}

/** Beyond it the oldest are left to the next turn. */
const MOST = 10_000

/** Of one id, for which several receipts may come at once. */
interface State {
  /** Receipts that are being looked for. */
  looking: number
  isParked: boolean
  isSettled: boolean
  /** Since it was parked. */
  turns: number
}

export function createEarlyReceipts(): EarlyReceipts {
  const states = new Map<string, State>()
  const keyOf = (provider: string, id: string): string => `${provider} ${id}`

  /** One receipt less is looked for. True: one is parked whose submission is settled. */
  function looked(key: string, { park }: { park: boolean }): boolean {
    const state = states.get(key)
    if (state === undefined) return false
    state.looking -= 1
    if (park) Object.assign(state, { isParked: true, turns: 0 })
    // One that was found is settled, whether or not we were told of it yet.
    const isMatch = state.isParked && (state.isSettled || !park)
    if (isMatch) state.isParked = false
    forgetIfDone(key, state)
    return isMatch
  }

  function forgetIfDone(key: string, { looking, isParked }: State): void {
    if (looking <= 0 && !isParked) states.delete(key)
  }

  return {
    isEmpty: () => states.size === 0,
    looking(provider, id) {
      const key = keyOf(provider, id)
      const known = states.get(key)
      if (known !== undefined) {
        known.looking += 1
        return
      }
      states.set(key, { looking: 1, isParked: false, isSettled: false, turns: 0 })
      if (states.size <= MOST) return
      const oldest = states.keys().next()
      if (oldest.done !== true) states.delete(oldest.value)
    },
    found: (provider, id) => looked(keyOf(provider, id), { park: false }),
    parked: (provider, id) => looked(keyOf(provider, id), { park: true }),
    turn() {
      for (const [key, state] of states) {
        if (!state.isParked) continue
        if (state.turns > 0) state.isParked = false
        state.turns += 1
        forgetIfDone(key, state)
      }
    },
    settled(provider, ids) {
      return ids.filter((id) => {
        const key = keyOf(provider, id)
        const state = states.get(key)
        if (state === undefined) return false
        const { isParked } = state
        Object.assign(state, { isSettled: true, isParked: false })
        forgetIfDone(key, state)
        return isParked
      })
    },
  }
}
