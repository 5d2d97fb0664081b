import { parseArgs } from 'node:util'
import { readUrl } from '../domain/url.ts'

export const TRANSFERS = ['backup', 'restore', 'move'] as const

/** What `tidings backup`, `restore` or `move` is told to do. */
export type TransferAct =
  /** Null: a name with the time in it, in this directory. */
  | { readonly kind: 'backup'; readonly path: string | null }
  | { readonly kind: 'restore'; readonly path: string }
  /** A DSN, or the DATA_DIR of an embedded Postgres. */
  | { readonly kind: 'move'; readonly to: string }
  | { readonly kind: 'give-up' }
  | { readonly kind: 'help'; readonly text: string }
  /** One line. */
  | { readonly kind: 'wrong'; readonly problem: string }

type Transfer = (typeof TRANSFERS)[number]

const CODES = 'Exit codes: 0 done, 1 it could not be done, 2 it was not understood, 130 stopped.\n'

const HELP: Record<Transfer, string> = {
  backup: `Writes all of the database to one file, as it is at one moment; the service may run.

  npm run backup                               tidings-2030-01-31T18-00-00Z.backup, in this directory
  npm run backup -- /mnt/safe/monday.backup    to that file, which must not be there yet
  DATABASE_URL=postgres://… npm run backup     of a Postgres of yours

What API keys are checked with is not in it: keep SECRET_KEY, or DATA_DIR/secret-key, too.
${CODES}`,
  restore: `Fills an empty database from a backup. What may have been sent since then becomes uncertain, and is not sent again.

  npm run restore -- monday.backup                              into the database of its own in ./data, which must be empty
  DATA_DIR=./data2 npm run restore -- monday.backup             … into another one
  DATABASE_URL=postgres://… npm run restore -- monday.backup    into an empty database of a Postgres of yours

Stopped in the middle, the same command goes on. docs/backup.md says what becomes of each message.
${CODES}`,
  move: `Carries all of the database to an empty one; the service must be stopped. What waits to be sent goes out from there.

  npm run move -- --to postgres://user:password@db.example.com/tidings    from ./data to a Postgres of yours
  DATABASE_URL=postgres://… npm run move -- --to ./data2                  and back, to one of its own
  npm run move -- --give-up                                               stay here, after a move that can't be finished

Stopped in the middle, the same command goes on. When it is through, the old place starts no more, and says where it went.
${CODES}`,
}

const OPTIONS = {
  to: { type: 'string' },
  'give-up': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Reads what follows the command. */
export function parseTransferWords(command: Transfer, words: readonly string[]): TransferAct {
  const parsed = read(command, words)
  if (typeof parsed === 'string') return { kind: 'wrong', problem: parsed }
  const { values, positionals } = parsed
  if (values.help === true) return { kind: 'help', text: HELP[command] }
  if (command === 'move') return move(values, positionals)
  if (values.to !== undefined || values['give-up'] !== undefined)
    return wrong(command, `${command} takes a file, and no flag`)
  const [path, second] = positionals
  if (second !== undefined) return wrong(command, `One file at a time: ${path ?? ''} or ${second}`)
  if (command === 'backup') return { kind: 'backup', path: path ?? null }
  return path === undefined ? wrong(command, 'restore needs the file of a backup') : { kind: 'restore', path }
}

type Parsed = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>

function read(command: Transfer, words: readonly string[]): Parsed | string {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    return error instanceof Error ? `${error.message.split('. ', 1)[0]}. ${see(command)}` : ''
  }
}

function move(values: Parsed['values'], [word]: readonly string[]): TransferAct {
  if (word !== undefined) return wrong('move', `move takes no ${word}; the target comes after --to`)
  if (values['give-up'] === true)
    return values.to === undefined ? { kind: 'give-up' } : wrong('move', 'Either --to or --give-up')
  const to = values.to ?? ''
  if (to === '') return wrong('move', 'move needs --to: a postgres:// URL, or the directory of an embedded Postgres')
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(to)?.[1]
  if (scheme !== undefined && !['postgres', 'postgresql'].includes(scheme))
    return wrong('move', `--to begins with postgres://, not with ${scheme}://`)
  if (scheme !== undefined && readUrl(to) === null)
    return wrong('move', '--to is no URL: what is special in a password is written as %xx')
  return { kind: 'move', to }
}

function wrong(command: Transfer, problem: string): TransferAct {
  return { kind: 'wrong', problem: `${problem}. ${see(command)}` }
}

function see(command: Transfer): string {
  return `npm run ${command} -- --help shows how.`
}
