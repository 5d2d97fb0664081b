import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Server } from './parts.ts'

/**
 * What a node that can't keep up leaves undone, in this order. One-time codes go on, and so do providers' callbacks, which may not be sent a
 * second time.
 */
const ORDER = ['export', 'dashboard', 'read', 'marketing', 'transactional'] as const

export type Load = (typeof ORDER)[number] | 'otp'

/** How a node was during the last second. */
export interface Look {
  /** How late its turns came, in milliseconds: the middle one, since one long turn is no lasting state. Less than 50 says nothing. */
  readonly lateMs: number
  /** Of the heap there can be, 0 to 1. */
  readonly heapShare: number
}

export interface Pressure {
  /** Told once a second. */
  note(look: Look): void
  refuses(load: Load): boolean
}

const LATE_MS = 200
const FULL_SHARE = 0.85

/**
 * Bad seconds before anything is refused; each one after that adds the next kind of load, and each good one takes one back. A machine that
 * is busy with something else for a moment is no reason yet.
 */
const PATIENCE = 4

export function createPressure(): Pressure {
  let [bad, refused] = [0, 0]
  return {
    note({ lateMs, heapShare }) {
      const isBad = lateMs > LATE_MS || heapShare > FULL_SHARE
      bad = isBad ? bad + 1 : 0
      refused = isBad ? Math.min(refused + Number(bad > PATIENCE), ORDER.length) : Math.max(refused - 1, 0)
    },
    refuses: (load) => load !== 'otp' && ORDER.indexOf(load) < refused,
  }
}

const LOOK_MS = 1_000
/** How often it is asked whether the loop is on time. Turns that are all longer than this show their whole length. */
const RESOLUTION_MS = 50
/** Of a turn, what is not late. */
const TURN_MS = 20

/** Tells it how this process is, while the server is there. */
export function watchPressure(app: Server, pressure: Pressure): void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  const timer = setInterval(() => {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
    pressure.note({ lateMs: delays.percentile(50) / 1e6 - TURN_MS, heapShare: used / limit })
    delays.reset()
  }, LOOK_MS)
  timer.unref()
  app.addHook('onReady', (done) => {
    delays.enable()
    done()
  })
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer)
    delays.disable()
    done()
  })
}
