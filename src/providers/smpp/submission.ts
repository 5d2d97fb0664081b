/** What one submit_sm came to. */
export type Answer =
  /** `messageId`: as the SMSC wrote it; empty where it gave none, and with a refusal. */
  | { readonly kind: 'answered'; readonly status: number; readonly messageId: string }
  /** It was written, and its answer is not known (yet). */
  | { readonly kind: 'lost'; readonly reason: 'timeout' | 'connection_lost' | 'aborted' }
  /** It was not written. */
  | { readonly kind: 'unwritten'; readonly reason: 'not_bound' | 'throttled' | 'aborted' | 'withdrawn' }

/** One submit_sm on its way. */
export interface Submission {
  /** The whole PDU with this sequence number. */
  readonly encode: (sequence: number) => Buffer
  /** Exactly once. */
  readonly settle: (answer: Answer) => void
  /** At most once, after `lost`: its answer came all the same. */
  readonly late: (status: number, messageId: string) => void
}

const nothing = (): void => undefined

/**
 * Stands where a submission was, once it is settled. The tables of sets and maps, which the engine makes anew as they are used, keep what was
 * in them until the next full collection: without this it is all that a third of the messages was made of.
 */
export const SPENT: Submission = { encode: () => Buffer.alloc(0), settle: nothing, late: nothing }
