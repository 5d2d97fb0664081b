/** One page of the error reference; `status` is the HTTP status the code always has. */
export interface Page {
  readonly status: number
  readonly what: string
  readonly why: string
  readonly fix: string
  readonly retry: string
  readonly charged: string
}

export const NEVER = 'No. Nothing was stored and nothing was sent.'
export const AS_IT_IS = 'No. The same call will fail again until it is changed.'
export const LATER =
  'Yes. Wait as long as Retry-After says, then make the same call again, with the same Idempotency-Key.'
