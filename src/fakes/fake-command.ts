/** One look-alike as a program. */
export interface FakeCommand {
  /** Examples first. */
  readonly help: string
  /** Those that take a value, beside `--port`, `--script` and `--ledger`. */
  readonly flags: readonly string[]
  start(given: Given): Promise<Running>
}

export interface Given {
  /** 0: any free one. */
  readonly port: number
  /** Parsed from JSON. */
  readonly script: unknown
  /** The file's name. */
  readonly ledger: string | null
  /** Of one of `flags`. */
  value(flag: string): string | null
}

export interface Running {
  /** Where it listens, and what points Tidings at it, as lines for a file `.env`. */
  readonly lines: readonly string[]
  close(): Promise<void>
}
