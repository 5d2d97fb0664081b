import type { Readable } from 'node:stream'
import type { Tidings } from '../client/tidings.ts'
import type { Check } from '../contract/health.ts'

/** Source: of 2 and 130, what shells do; the others are ours. */
export const EXIT = {
  fine: 0,
  /** It worked, and what it found is not well; or a bug. */
  problems: 1,
  usage: 2,
  unreached: 3,
  refused: 4,
  limited: 5,
  stopped: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** One command of `tidings`. */
export interface Command {
  readonly name: string
  /** In one line, in lower case, without a full stop. */
  readonly summary: string
  /** What `--help` says: examples first. Ends with a line break. */
  readonly help: string
  /** `words` follow the command's name. Throws a CliRefusal, or what the client throws; anything else is a bug. */
  run(words: readonly string[], at: Surroundings): Promise<ExitCode>
}

/** Everything a command has to do with the world. */
export interface Surroundings {
  /** With what stands in `.env` below it. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** To stdout: what was asked for. Resolves when there is room for more. */
  say(text: string): Promise<void>
  /** To stderr: what a person should know beside it. One line, without its line break. */
  tell(line: string): void
  readonly isTerminal: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean }
  /** False where NO_COLOR is set, and where stdout is no terminal. */
  readonly colour: boolean
  /** Of the terminal; 80 where that is not known. */
  columns(): number
  readonly stdin: Readable
  now(): Date
  /** An HTTP call to anybody but the service. */
  readonly call: (url: string, init: RequestInit) => Promise<Response>
  /** Random bytes that nobody can guess. */
  readonly drawBytes: (count: number) => Uint8Array
  /** Aborted by the first Ctrl-C; the second one ends the process. */
  readonly signal: AbortSignal
  /** The service that TIDINGS_URL names, or this machine's. Throws a CliRefusal for what can't be an address or a key. */
  client(): Tidings
  /** What `doctor` looks at on this machine itself. */
  readonly checks: LocalChecks
  /** Every code that can be explained. */
  readonly reference: () => Promise<readonly Explained[]>
}

/** Given by the program: the checks know the configuration, the files and the database, the commands don't. */
export type LocalChecks = (signal: AbortSignal) => Promise<readonly Check[]>

/** What one code means. Null: there is nothing to say. */
export interface Explained {
  readonly code: string
  /** Whose word it is, and where it stands: `error code of Tidings, HTTP 400`. */
  readonly kind: string
  readonly what: string
  readonly why: string | null
  readonly fix: string | null
  readonly retry: string | null
  readonly charged: string | null
  /** The reason that a provider's code becomes. */
  readonly reason: string | null
  /** Where more stands. */
  readonly more: string
}

/** The command can't go on. The message is for the person who typed it: what is wrong, and what to do. */
export class CliRefusal extends Error {
  override readonly name = 'CliRefusal'
  readonly exitCode: ExitCode

  constructor(message: string, exitCode: ExitCode = EXIT.usage) {
    super(message)
    this.exitCode = exitCode
  }
}
