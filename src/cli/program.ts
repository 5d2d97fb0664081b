import { TidingsApiError, TidingsUnreachable } from '../client/errors.ts'
import { CliRefusal, EXIT, type Command, type ExitCode, type Surroundings } from './command.ts'
import { plain } from './words.ts'

/** Each is loaded when it is called, and no other. */
const COMMANDS = {
  doctor: async () => (await import('./doctor.ts')).doctor,
  explain: async () => (await import('./explain.ts')).explain,
  export: async () => (await import('./export.ts')).exportCommand,
  find: async () => (await import('./find.ts')).find,
  inbound: async () => (await import('./inbound.ts')).inbound,
  listen: async () => (await import('./listen.ts')).listen,
  'opt-outs': async () => (await import('./opt-outs.ts')).optOuts,
  routes: async () => (await import('./routes.ts')).routes,
  send: async () => (await import('./send.ts')).send,
  tail: async () => (await import('./tail.ts')).tail,
  tokens: async () => (await import('./tokens.ts')).tokens,
  topics: async () => (await import('./topics.ts')).topics,
  trigger: async () => (await import('./trigger.ts')).trigger,
  webhooks: async () => (await import('./webhooks.ts')).webhooks,
} as const satisfies Readonly<Record<string, () => Promise<Command>>>

export type CommandName = keyof typeof COMMANDS

export const COMMAND_NAMES = Object.keys(COMMANDS)

/** Runs one command, and says why it can't. Returns the exit code; what it throws is a bug. */
export async function runCommand(name: CommandName, words: readonly string[], at: Surroundings): Promise<ExitCode> {
  const command: Command = await COMMANDS[name]()
  if (asksForHelp(words)) {
    await at.say(command.help)
    return EXIT.fine
  }
  try {
    return await command.run(words, at)
  } catch (error) {
    if (at.signal.aborted) return EXIT.stopped
    return refused(error, name, at)
  }
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--')
  return (end === -1 ? words : words.slice(0, end)).some((word) => word === '--help' || word === '-h')
}

function refused(error: unknown, name: string, { tell }: Surroundings): ExitCode {
  if (error instanceof CliRefusal) {
    tell(`tidings: ${error.message}`)
    if (error.exitCode === EXIT.usage) tell(`tidings ${name} --help shows how it is used.`)
    return error.exitCode
  }
  if (error instanceof TidingsUnreachable) {
    tell(`tidings: ${plain(error.message)}`)
    tell('Start the service (npm start), or set TIDINGS_URL to where it runs.')
    return EXIT.unreached
  }
  if (error instanceof TidingsApiError) return refusedByService(error, tell)
  throw error
}

/** What is told: the sentence, each fault, and how to read more. */
function refusedByService(error: TidingsApiError, tell: Surroundings['tell']): ExitCode {
  tell(`tidings: ${plain(error.message)}`)
  for (const { path, message, suggestion } of error.details) {
    const place = path === '' ? '' : `${path}: `
    // A single fault was told by the sentence already.
    const fault = error.message.endsWith(message) ? '' : `${place}${message}`
    const hint = suggestion === undefined ? '' : ` Try: ${suggestion}`
    if (fault !== '' || hint !== '') tell(plain(`  ${fault}${hint}`))
  }
  if (error.retryAfter !== null) tell(`It can succeed after ${error.retryAfter} s.`)
  if (error.code !== 'unexpected_answer') tell(`tidings explain ${error.code} says more.`)
  return error.status === 429 ? EXIT.limited : EXIT.refused
}
