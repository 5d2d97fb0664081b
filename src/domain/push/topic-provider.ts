import type { Outcome } from '../provider.ts'
import type { TopicWish } from './topics.ts'

/** A device by the address that a push service knows it by. */
export interface TopicAddress {
  readonly kind: 'token' | 'fid'
  readonly value: string
}

/** A push service that keeps who follows a topic. What is told twice is the same as told once. */
export interface TopicProvider {
  /** The way whose devices it is for. */
  readonly name: string
  /** Milliseconds until calls make sense again; 0: now. */
  pausedMs(): number
  /** One outcome for each of up to 1,000 devices. Rejects only for a bug in the adapter. */
  change(
    wish: TopicWish,
    topic: string,
    devices: readonly TopicAddress[],
    onOutcome: (index: number, outcome: Outcome) => void,
    signal: AbortSignal,
  ): Promise<void>
  close(): Promise<void>
}
