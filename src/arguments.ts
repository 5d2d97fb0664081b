import { nearest } from './domain/nearest.ts'
import { parseTransferWords, TRANSFERS, type TransferAct } from './transfer-words.ts'

const COMMANDS = ['serve', 'migrate', 'db'] as const
const FLAGS = ['--quiet', '--json', '--help', '--version'] as const

export type Command = (typeof COMMANDS)[number]

export type Arguments =
  | { readonly kind: 'run'; readonly command: Command; readonly quiet: boolean; readonly json: boolean }
  /** `fake …`: what follows is read by the look-alikes. */
  | { readonly kind: 'fake'; readonly words: readonly string[] }
  /** `keys …`: what follows is read with the command itself. */
  | { readonly kind: 'keys'; readonly words: readonly string[] }
  /** `backup …`, `restore …`, `move …` */
  | { readonly kind: 'transfer'; readonly act: TransferAct }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** One line, with what was probably meant. */
  | { readonly kind: 'wrong'; readonly problem: string }

export const HELP = `Tidings sends SMS and push notifications, and can always say what became of each one.

  npm start                        serve, with a database of its own in ./data
  PORT=8080 npm start              … on another port
  DATABASE_URL=postgres://… npm start   … with a Postgres of yours
  npm start -- --json              … with JSON lines on a terminal, too
  npm run db                       the DSN of the database: psql "$(npm run -s db)"
  npm run migrate                  bring the database up to this version, and end
  npm run keys                     API keys: lists, makes, rotates and revokes them
  npm run backup                   all of the database in one file; npm run restore -- FILE brings it back
  npm run move -- --to URL         the database to another place
  npm run fake -- twilio           a look-alike of a provider, for tests

Flags
  --quiet     warnings and errors only
  --json      JSON lines, as when the output is not a terminal
  --help      this text
  --version   the version

What can be set stands in docs/configuration.md. NO_COLOR is honoured.
Exit codes: 0 fine, 1 a fault of Tidings, 2 it can't start like this, 130 stopped at once.
`

/** Reads what follows the program's name. `serve` is what it does when it is told nothing. */
export function parseArguments(words: readonly string[]): Arguments {
  if (words[0] === 'keys') return { kind: 'keys', words: words.slice(1) }
  if (words[0] === 'fake') return { kind: 'fake', words: words.slice(1) }
  const transfer = TRANSFERS.find((known) => known === words[0])
  if (transfer !== undefined) return { kind: 'transfer', act: parseTransferWords(transfer, words.slice(1)) }
  const flags = words.filter((word) => word.startsWith('-')).map((flag) => (flag === '-h' ? '--help' : flag))
  const names = words.filter((word) => !word.startsWith('-'))
  const wrongFlag = flags.find((flag) => !FLAGS.some((known) => known === flag))
  if (wrongFlag !== undefined) return wrong('flag', wrongFlag, FLAGS)
  if (flags.includes('--help')) return { kind: 'help' }
  if (flags.includes('--version')) return { kind: 'version' }
  const [name = 'serve', second] = names
  const command = COMMANDS.find((known) => known === name)
  if (command === undefined) return wrong('command', name, [...COMMANDS, 'fake', 'keys', ...TRANSFERS])
  if (second !== undefined) return { kind: 'wrong', problem: `One command at a time: ${name} or ${second}.` }
  return { kind: 'run', command, quiet: flags.includes('--quiet'), json: flags.includes('--json') }
}

function wrong(what: string, word: string, known: readonly string[]): Arguments {
  const meant = nearest(word, known, 2)
  const hint = meant === null ? `There are ${known.join(', ')}.` : `Did you mean ${meant}?`
  return { kind: 'wrong', problem: `Unknown ${what} ${word}. ${hint}` }
}
