import { bindReaction } from './outcomes.ts'
import type { Session, SessionEnd, SessionEvents } from './session-parts.ts'

/** One session that is kept up: opened, and opened again after it ended, however it did. */
export interface Line {
  /** The one that is bound; null: none is. */
  session(): Session | null
  state(): LineState
  /** Ends it in order, for good. */
  stop(): void
  /** Ends it at once, for good. */
  cut(): void
  /** Nothing of it is left. */
  isOver(): boolean
}

export type LineState =
  | { readonly kind: 'opening' | 'bound' }
  /** Until it is tried again. */
  | { readonly kind: 'waiting'; readonly end: SessionEnd }

export interface LineParts {
  readonly open: (events: SessionEvents) => Session
  readonly monotonic: () => number
  /** 0..1 */
  readonly chance: () => number
  readonly after: (ms: number, run: () => void) => () => void
  /** It is bound, has room, or is not bound any more. */
  readonly onChange: () => void
  readonly onRoom: () => void
  /** It ended, and is opened again after `waitMs`. Not told when it was stopped. */
  readonly onEnd: (end: SessionEnd, waitMs: number) => void
  readonly onBound: () => void
}

/** Waits between tries: doubled each time; anything up to that is drawn, so that what was cut together does not come back together. */
const AGAIN = { leastMs: 100, firstMs: 1_000, mostMs: 60_000 }

/** The account is refused: it must be mended by somebody. Many SMSCs lock out who tries too often. */
const REFUSED = { firstMs: 60_000, mostMs: 900_000 }

/** All binds are in use, maybe by a session of ours that the SMSC still takes for alive. */
const TAKEN = { leastMs: 30_000, mostMs: 60_000 }

/** One that was bound for so long was well: the next wait is the first one again. */
const WELL_MS = 30_000

export function createLine(parts: LineParts): Line {
  const { monotonic, chance } = parts
  let session: Session | null = null
  let boundAt: number | null = null
  let tries = 0
  let refusals = 0
  let stopped = false
  let waiting: { readonly callOff: () => void; readonly end: SessionEnd } | null = null

  function open(): void {
    waiting = null
    session = parts.open({ onBound, onRoom: parts.onRoom, onLeaving: parts.onChange, onEnd })
  }

  function onBound(): void {
    boundAt = monotonic()
    refusals = 0
    parts.onBound()
    parts.onChange()
  }

  function onEnd(end: SessionEnd): void {
    const wasWell = boundAt !== null && monotonic() - boundAt >= WELL_MS
    session = null
    boundAt = null
    if (stopped) return parts.onChange()
    if (wasWell) tries = 0
    const waitMs = waitAfter(end)
    waiting = { callOff: parts.after(waitMs, open), end }
    parts.onEnd(end, waitMs)
    parts.onChange()
  }

  function waitAfter(end: SessionEnd): number {
    const reaction = end.kind === 'refused' ? bindReaction(end.status) : 'again'
    switch (reaction) {
      case 'refused':
        refusals += 1
        return Math.min(REFUSED.mostMs, REFUSED.firstMs * 2 ** (refusals - 1))
      case 'taken':
        return TAKEN.leastMs + (TAKEN.mostMs - TAKEN.leastMs) * chance()
      case 'again':
        tries += 1
        return Math.max(AGAIN.leastMs, Math.min(AGAIN.mostMs, AGAIN.firstMs * 2 ** (tries - 1)) * chance())
    }
  }

  open()
  return {
    session: () => (session?.isBound() === true ? session : null),
    state() {
      if (waiting !== null) return { kind: 'waiting', end: waiting.end }
      return { kind: session?.isBound() === true ? 'bound' : 'opening' }
    },
    stop() {
      stopped = true
      waiting?.callOff()
      waiting = null
      session?.leave('told')
      if (session === null) parts.onChange()
    },
    cut() {
      stopped = true
      session?.destroy()
    },
    isOver: () => stopped && session === null,
  }
}
