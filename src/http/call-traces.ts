/** Makes a span of each call; only there where something is traced. */
export interface CallTraces {
  /** A call has come. `route`: as it was registered; null: there is none. */
  begin(
    request: object,
    call: { readonly method: string; readonly route: string | null; readonly traceparent: string | undefined },
  ): void
  /** Runs what makes the answer, so that what it does belongs to the call. */
  within(request: object, run: () => void): void
  /** It is answered, or broken off. `code`: of its refusal. */
  end(request: object, status: number, code: string | null): void
  /** For the log; null: the call is not traced. */
  idOf(request: object): string | null
}
