/** What counts calls, and the page that tells what was counted. */
export interface CallMeter {
  /** For one route: told the status and the milliseconds of each answer that begins. */
  route(method: string, url: string): (status: number, ms: number) => void
  /** A call was refused; `by` 0 only shows the code. */
  refused(status: number, code: string, by?: number): void
  /** The page, in the format that suits an Accept header best. */
  page(accept: string | undefined): Promise<{ readonly type: string; readonly text: string }>
}
