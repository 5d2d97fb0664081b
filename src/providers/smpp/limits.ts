/** How long one session waits for what, in milliseconds. */
export interface SessionLimits {
  readonly connectMs: number
  readonly bindMs: number
  /** From the write of a submission to its answer. */
  readonly responseMs: number
  /** Silence of the peer before it is asked whether it is there (enquire_link). */
  readonly idleMs: number
  /** For anything to come after that. */
  readonly enquireMs: number
  /** Silence before the connection is given up whatever the reason, also where it is we who don't read. */
  readonly inactiveMs: number
  /** From the first octet of a PDU to its last. */
  readonly readMs: number
  /** For the answer to our unbind, and for what is under way. */
  readonly unbindMs: number
  /** How long the answer to the peer's unbind waits for answers to what we submitted. */
  readonly drainMs: number
  /** Between looks at all of these. */
  readonly beatMs: number
  /** Submissions in a row without an answer before the bind is made anew. */
  readonly mostTimeouts: number
}

/** The timers of SMPP v3.4 §7.2, each as short as those of the gateways in use or shorter. */
export const LIMITS: SessionLimits = {
  connectMs: 10_000,
  bindMs: 10_000,
  responseMs: 30_000,
  idleMs: 30_000,
  enquireMs: 10_000,
  inactiveMs: 120_000,
  readMs: 10_000,
  unbindMs: 5_000,
  drainMs: 2_000,
  beatMs: 500,
  mostTimeouts: 5,
}
