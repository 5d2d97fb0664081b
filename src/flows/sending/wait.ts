/** Something that would keep a message from leaving at once. */
export interface Wait {
  readonly reason: 'scheduled' | 'quiet_hours' | 'paused' | 'rate_limited'
  /** A sentence. */
  readonly message: string
  /** Null: nobody knows. */
  readonly seconds: number | null
}
