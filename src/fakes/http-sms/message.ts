export interface FakeMessage {
  readonly id: string
  readonly to: string
  readonly from: string
  readonly text: string
  /** Comes back with its receipts. */
  readonly reference: string | null
  /** In seconds. */
  readonly validity: number | null
  readonly callback: string | null
}
