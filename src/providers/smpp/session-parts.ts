import type { LinkFault, Place } from './connection.ts'
import type { SessionLimits } from './limits.ts'
import type { DataSm, DeliverSm } from './pdu.ts'
import type { Submission } from './submission.ts'

export type Mode = 'transceiver' | 'transmitter' | 'receiver'

export interface SessionOptions {
  readonly place: Place
  readonly mode: Mode
  readonly systemId: string
  readonly password: string
  readonly systemType: string
  /** Submissions without an answer at once. */
  readonly window: number
  readonly limits: SessionLimits
}

export interface SessionParts {
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number
  readonly after: (ms: number, run: () => void) => () => void
  /** Resolves with the command_status to answer with, 0 only once it is kept. */
  readonly keep: (pdu: DeliverSm | DataSm) => Promise<number>
  /** What the peer did that it should not have. Holds no text and no number. */
  readonly onOddity: (oddity: Oddity) => void
}

export type Oddity =
  /** An answer that nobody waits for. */
  | { readonly kind: 'unmatched'; readonly command: string; readonly sequence: number }
  | { readonly kind: 'malformed'; readonly command: string; readonly sequence: number; readonly problem: string }
  | { readonly kind: 'unknown'; readonly command: string; readonly sequence: number }

export interface SessionEvents {
  onBound(): void
  /** It may have room for more. */
  onRoom(): void
  /** Takes nothing new; what is under way may still be answered. */
  onLeaving(): void
  /** Exactly once, after every submission was settled. */
  onEnd(end: SessionEnd): void
}

export type SessionEnd =
  /** The bind was answered with this command_status. */
  | { readonly kind: 'refused'; readonly status: number }
  | {
      readonly kind: 'unreached'
      readonly reason: LinkFault['reason'] | 'connect_timeout' | 'bind_timeout'
      readonly code: string | null
    }
  /** It was bound, or about to be. */
  | { readonly kind: 'ended'; readonly reason: EndReason }

export type EndReason =
  'closed' | 'unbound' | 'told' | 'refused' | 'enquire_link' | 'inactive' | 'timeouts' | 'read_timeout' | 'framing'

/** One bind, from its connection to its end. */
export interface Session {
  readonly mode: Mode
  isBound(): boolean
  /** Submissions that it takes now. */
  room(): number
  /** Writes one; answers its sequence number. Only where there is room. */
  submit(submission: Submission): number
  /** Nobody waits for this answer any more. */
  abort(sequence: number): void
  /** Ends it in order: takes nothing new, unbinds, waits for what is under way. */
  leave(reason: EndReason): void
  destroy(): void
}
