import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { adoptedSentence } from './commands/adopted.ts'
import { HELP, parseArguments, type ClientCommand, type Command } from './commands/arguments.ts'
import { readWholeConfig, withEnvFile, type Config } from './settings/config.ts'
import type { ConfigFault } from './settings/config-reading.ts'
import { openDatabase, openServer } from './wiring/database.ts'
import { runningUrl } from './embedded/postgres.ts'
import { StartRefusal } from './embedded/refusal.ts'
import { createLog, type Log, type LogSink } from './wiring/log.ts'
import { serve } from './commands/serve.ts'
import { createTerminal, type Terminal } from './commands/terminal.ts'
import type { TransferAct } from './commands/transfer-words.ts'
import type { Screen } from './transfer/progress.ts'

/** npm passes a terminal's Ctrl-C on a second time; a person is not that fast. */
const SAME_SIGNAL_MS = 200

process.exitCode = await main()
process.exit()

/** Returns the exit code. */
async function main(): Promise<number> {
  const args = parseArguments(process.argv.slice(2))
  switch (args.kind) {
    case 'help':
      return say(HELP)
    case 'version':
      return say(`${version()}\n`)
    case 'wrong':
      return refuse([args.problem])
    case 'fake':
      return fake(args.words)
    case 'keys':
      return keys(args.words)
    case 'client':
      return client(args.command, args.words)
    case 'transfer':
      return transfer(args.act)
    case 'run':
      return run(args.quiet, args.json || !process.stdout.isTTY, (...parts) => perform(args.command, ...parts))
  }
}

/** Nothing of the service runs then, and nothing of a look-alike is loaded otherwise. */
async function fake(words: readonly string[]): Promise<number> {
  const { runFake } = await import('./fakes/command.ts')
  return runFake(words, { write: say, warn, told: toldToStop })
}

/** Loads nothing of the service but what the command looks at. */
async function client(command: ClientCommand, words: readonly string[]): Promise<number> {
  const { runClient } = await import('./commands/client-command.ts')
  const env = withEnvFile(process.env, readEnvFile())
  return runClient(command, words, {
    env,
    told: toldToStop(),
    chance: Math.random,
    leave: (code) => process.exit(code),
  })
}

async function keys(words: readonly string[]): Promise<number> {
  const { KEYS_HELP, parseKeysWords } = await import('./commands/keys-words.ts')
  const act = parseKeysWords(words)
  if (act.kind === 'help') return say(KEYS_HELP)
  if (act.kind === 'wrong') return refuse([act.problem])
  return run(true, false, async (config) => {
    const database = await openDatabase({ ...config, databaseUrl: databaseInUse(config) }, warn)
    try {
      const { runKeys } = await import('./commands/keys-command.ts')
      await runKeys(act, {
        config,
        databaseUrl: database.url,
        now: () => new Date(),
        say,
        tell: warn,
        json: words.includes('--json'),
      })
    } finally {
      await database.stop()
    }
  })
}

/** A backup, a restore or a move. Returns the exit code. */
async function transfer(act: TransferAct): Promise<number> {
  if (act.kind === 'help') return say(act.text)
  if (act.kind === 'wrong') return refuse([act.problem])
  let code = 0
  const { runTransfer } = await import('./commands/transfer-command.ts')
  const screen: Screen = {
    write: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    columns: () => process.stderr.columns || 80,
    now: () => performance.now(),
  }
  const around = { version: version(), now: () => new Date(), draw: randomBytes, say, tell: warn, screen }
  const failed = await run(true, false, async (config) => {
    code = await runTransfer(act, { config, ...around, told: toldToStop() })
  })
  return failed === 0 ? code : failed
}

type Work = (config: Config, log: Log, terminal: Terminal | null) => Promise<void>

/** Reads the configuration and does the work; returns the exit code. */
async function run(quiet: boolean, json: boolean, work: Work): Promise<number> {
  const reading = await readWholeConfig(withEnvFile(process.env, readEnvFile()))
  if ('faults' in reading) {
    return refuse(reading.faults.map(inOneLine))
  }
  const terminal = json ? null : openTerminal()
  const log = openLog(reading.config.logLevel, quiet, terminal)
  endOnBugs(log)
  for (const hint of reading.hints) log.warn({ event: 'config.hint' }, hint)
  try {
    await work(reading.config, log, quiet ? null : terminal)
    return 0
  } catch (error) {
    if (error instanceof StartRefusal) return refuse([error.message])
    log.fatal({ event: 'start.failed', err: error }, 'Tidings can’t go on')
    return 1
  }
}

async function perform(command: Command, config: Config, log: Log, terminal: Terminal | null): Promise<void> {
  switch (command) {
    case 'serve':
      return serve({
        config,
        version: version(),
        log,
        terminal,
        told: toldToStop(),
        uptime,
        platform: process.platform,
      })
    case 'migrate':
      return migrateOnly(config)
    case 'db':
      return showDatabase(config)
  }
}

async function migrateOnly(config: Config): Promise<void> {
  const database = await openDatabase({ ...config, databaseUrl: databaseInUse(config) }, warn)
  await database.stop()
  if (database.adopted !== null) say(`${adoptedSentence(database.adopted)}\n`)
  say(database.applied.length === 0 ? 'Nothing to do.\n' : `Migrated: ${database.applied.join(', ')}.\n`)
}

/** The DSN alone on stdout, for other programs. */
async function showDatabase(config: Config): Promise<void> {
  const inUse = databaseInUse(config)
  if (inUse !== null) return void say(`${inUse}\n`)
  const told = toldToStop()
  const server = await openServer(config, warn)
  say(`${server.url}\n`)
  warn('It runs until Ctrl-C.')
  const staysAlive = setInterval(() => undefined, 60_000)
  await told
  clearInterval(staysAlive)
  await server.stop()
}

/** The configured one, or the embedded one that another process runs; null: none yet. */
function databaseInUse(config: Config): string | null {
  return config.databaseUrl ?? runningUrl(config.dataDir)
}

/** The first signal resolves; a second one, given on its own, ends the process at once. */
function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    let again = false
    const onSignal = (): void => {
      if (again) process.exit(130)
      setTimeout(() => (again = true), SAME_SIGNAL_MS).unref()
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  })
}

/** After a bug nothing in memory can be trusted; what was under way is found again by the next start. */
function endOnBugs(log: Log): void {
  const end = (error: unknown): void => {
    log.fatal({ event: 'bug', err: error }, 'a bug ended this process')
    process.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
  // A reader that went away, as in `npm start | head`, or a terminal that was closed.
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
}

function openTerminal(): Terminal {
  return createTerminal({
    write: (text) => process.stdout.write(text),
    colour: (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb',
    // 0 where a terminal doesn't know its own size.
    columns: () => process.stdout.columns || 80,
    now: () => new Date(),
  })
}

/** A person reads the live lines, and of the log what needs attention; a level other than the usual one was asked for. */
function openLog(level: string, quiet: boolean, terminal: Terminal | null): Log {
  const shown = level === 'info' && (quiet || terminal !== null) ? 'warn' : level
  return terminal === null ? createLog(shown) : createLog(shown, noting(terminal))
}

function noting(terminal: Terminal): LogSink {
  return {
    write(line) {
      const entry: unknown = JSON.parse(line)
      const parts = [textOf(entry, 'msg'), textOf(valueOf(entry, 'err'), 'message')]
      terminal.note(parts.filter((part) => part !== null).join(': '))
    },
  }
}

function textOf(object: unknown, key: string): string | null {
  const value = valueOf(object, key)
  return typeof value === 'string' ? value : null
}

function valueOf(object: unknown, key: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, key) : null
}

function inOneLine({ variable, problem, fix }: ConfigFault): string {
  return `${variable} ${problem}${problem.endsWith('?') ? '' : '.'} ${fix}`
}

function readEnvFile(): string | null {
  try {
    return readFileSync('.env', 'utf8')
  } catch {
    return null
  }
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}

/** Since the process began, without the time that installing and building took. */
function uptime(): number {
  const prepared = performance.getEntriesByName('tidings prepared')[0]?.duration ?? 0
  return (performance.now() - prepared) / 1_000
}

function say(text: string): number {
  process.stdout.write(text)
  return 0
}

function warn(line: string): void {
  process.stderr.write(`${line}\n`)
}

function refuse(problems: readonly string[]): number {
  for (const problem of problems) warn(`tidings: ${problem}`)
  return 2
}
