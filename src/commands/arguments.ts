import { nearest } from '../domain/nearest.ts'
import { parseTransferWords, TRANSFERS, type TransferAct } from './transfer-words.ts'

const COMMANDS = ['serve', 'migrate', 'db'] as const
/** In src/cli, which whoever serves never loads. */
const CLIENTS = [
  'doctor',
  'explain',
  'export',
  'find',
  'inbound',
  'listen',
  'opt-outs',
  'routes',
  'send',
  'tail',
  'tokens',
  'topics',
  'trigger',
  'webhooks',
] as const
const FLAGS = ['--quiet', '--json', '--help', '--version'] as const

export type Command = (typeof COMMANDS)[number]
export type ClientCommand = (typeof CLIENTS)[number]

export type Arguments =
  | { readonly kind: 'run'; readonly command: Command; readonly quiet: boolean; readonly json: boolean }
  /** `doctor …`: what follows is read by the command. */
  | { readonly kind: 'client'; readonly command: ClientCommand; readonly words: readonly string[] }
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

  tidings                          serve, with a database of its own in ./data
  PORT=8080 tidings                … on another port
  DATABASE_URL=postgres://… tidings   … with a Postgres of yours
  tidings --json                   … with JSON lines on a terminal, too
  tidings doctor                   what is wrong here, and how to mend it
  tidings explain 21610            what a code means

In the project's folder it is npx tidings …; npm link makes it a program of this machine. npm start, npm run db and
the like are the same commands.

Run it
  start       serve, as without a command
  migrate     bring the database up to this version, and end
  db          the DSN of the database: psql "$(npx tidings db)"
  backup      all of the database in one file
  restore     bring a backup back: tidings restore FILE
  move        the database to another place: tidings move --to URL
  fake        a look-alike of a provider, for tests: tidings fake twilio

Use it
  send        one SMS, or one push: tidings send sms +201009129288 "Hello"
  find        what was sent, one verdict a line: tidings find status:failed last:24h
  tail        new messages as they come, until Ctrl-C
  inbound     what people sent to you
  listen      what happens, as it happens, and on to a webhook of yours
  trigger     makes an event happen, where messages are captured
  export      all that a search finds, as CSV or NDJSON

Look after it
  doctor      looks at configuration, database and service, and says what to mend
  keys        API keys: lists, makes, rotates and revokes them
  webhooks    who is told of events: lists, makes, tests, replays and removes them
  routes      where SMS go, and how each provider does
  opt-outs    who wants no more messages: lists, adds and removes them
  tokens      the devices that pushes go to: lists, registers, removes and restores them
  topics      who follows which topic

Understand it
  explain     what an error code, a reason or a provider's code means

Flags
  --quiet     warnings and errors only
  --json      JSON lines, as when the output is not a terminal
  --help      this text; tidings help COMMAND is about one
  --version   the version

What can be set stands in docs/configuration.md, the commands in docs/cli.md. NO_COLOR is honoured.
Exit codes: 0 fine, 1 problems or a fault of Tidings, 2 wrong usage, or it can't start like this, 3 service not reached,
4 refused, 5 limited, 130 stopped at once.
`

/** Reads what follows the program's name. `serve` is what it does when it is told nothing. */
export function parseArguments(given: readonly string[]): Arguments {
  const words = withoutAliases(given)
  const client = CLIENTS.find((known) => known === words[0])
  if (client !== undefined) return { kind: 'client', command: client, words: words.slice(1) }
  if (words[0] === 'keys') return { kind: 'keys', words: words.slice(1) }
  if (words[0] === 'fake') return { kind: 'fake', words: words.slice(1) }
  const transfer = TRANSFERS.find((known) => known === words[0])
  if (transfer !== undefined) return { kind: 'transfer', act: parseTransferWords(transfer, words.slice(1)) }
  const flags = words.filter((word) => word.startsWith('-')).map((flag) => (flag === '-h' ? '--help' : flag))
  const names = words.filter((word) => !word.startsWith('-'))
  const wrongFlag = flags.find((flag) => !FLAGS.some((known) => known === flag))
  if (wrongFlag?.startsWith('--port') === true) return { kind: 'wrong', problem: NO_PORT_FLAG }
  if (wrongFlag !== undefined) return wrong('flag', wrongFlag, FLAGS)
  if (flags.includes('--help')) return { kind: 'help' }
  if (flags.includes('--version')) return { kind: 'version' }
  const [name = 'serve', second] = names
  const command = COMMANDS.find((known) => known === name)
  if (command === undefined) return wrong('command', name, KNOWN)
  if (second !== undefined) return { kind: 'wrong', problem: `One command at a time: ${name} or ${second}.` }
  return { kind: 'run', command, quiet: flags.includes('--quiet'), json: flags.includes('--json') }
}

const NO_PORT_FLAG = 'There is no flag --port; the port is a variable: PORT=8080 npm start'

const KNOWN = ['start', ...COMMANDS, ...TRANSFERS, 'fake', 'keys', ...CLIENTS, 'help']

/** `help send` is `send --help`, and `start` is `serve`. */
function withoutAliases([first, ...others]: readonly string[]): readonly string[] {
  if (first === 'start') return ['serve', ...others]
  if (first === 'help') return [...withoutAliases(others), '--help']
  return first === undefined ? [] : [first, ...others]
}

function wrong(what: string, word: string, known: readonly string[]): Arguments {
  const meant = nearest(word, known, 2)
  const hint = meant === null ? `There are ${known.join(', ')}.` : `Did you mean ${meant}?`
  return { kind: 'wrong', problem: `Unknown ${what} ${word}. ${hint}` }
}
