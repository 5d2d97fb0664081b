export interface LingerParts {
  readonly nodes: () => number
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly wait: (ms: number) => Promise<void>
  /** A lane's window is what it waits for: a place that is freed sooner is used sooner. */
  readonly isPressed: () => boolean
  /** Something waits to be started, and there is a place for it. */
  readonly wantsStart: () => boolean
}

/** When the next transaction begins. */
export interface Linger {
  /** Resolves when it may. */
  turn(): Promise<void>
  /** So many submissions are started by the one that begins now. */
  starts(count: number): void
  /** Something has come: what lingers looks whether it is worth its while still. */
  look(): void
}

/**
 * Between the beginnings of two transactions, while there is room in the windows: for each node, so that many nodes make no more of them,
 * nor smaller ones, than one would of the same load.
 */
const LINGER = { msPerNode: 20, mostMs: 100 }

/**
 * Submissions a second, of all nodes together, that wait for no others: where there are no more, lingering would make each of them late and
 * save little. `atOnce`: as many of one node, after a while without.
 */
const FEW = { perSecond: 400, atOnce: 50 }

/** Fewer, larger transactions, but neither while a lane's window is what it waits for, nor where few submissions are started. */
export function createLinger({ nodes, now, wait, isPressed, wantsStart }: LingerParts): Linger {
  let begunAt = -LINGER.mostMs
  let [credit, creditAt] = [FEW.atOnce, now()]
  let goOn: (() => void) | null = null

  function creditNow(): number {
    const gained = ((now() - creditAt) / 1_000) * (FEW.perSecond / nodes())
    return Math.min(FEW.atOnce, credit + gained)
  }

  const isUrgent = (): boolean => isPressed() || (creditNow() >= 1 && wantsStart())

  return {
    async turn() {
      const leftMs = begunAt + Math.min(LINGER.mostMs, LINGER.msPerNode * nodes()) - now()
      if (leftMs >= 1 && !isUrgent()) await Promise.race([wait(leftMs), new Promise<void>((go) => (goOn = go))])
      goOn = null
      begunAt = now()
    },
    starts(count) {
      // Never far below nothing: what was sent at full speed makes what comes after it late for a moment only.
      credit = Math.max(-FEW.atOnce, creditNow() - count)
      creditAt = now()
    },
    look() {
      if (goOn !== null && isUrgent()) goOn()
    },
  }
}
