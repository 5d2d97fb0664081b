import type { Check } from '../contract/health.ts'
import { CliRefusal, EXIT, type Command, type Surroundings } from './command.ts'
import { serverAddress } from './server-address.ts'
import { askService } from './service-checks.ts'
import { painted, plain, readWords, wrapped } from './words.ts'

const HELP = `What is wrong here, and how to mend it. Changes nothing.

  tidings doctor                                     this machine, and the service that runs on it
  TIDINGS_URL=https://sms.example.com tidings doctor   … and a service elsewhere
  tidings doctor --json                              for programs

It reads the configuration, as the service would, looks at port, disk, database and providers, and asks the service, if
one answers, for its /readyz?verbose. Where keys are asked for, that needs one with the scope admin: in TIDINGS_KEY, or
in the file that TIDINGS_KEY_FILE names.

Exit codes: 0 no problem, 1 at least one. A warning is no problem.
`

export const doctor: Command = {
  name: 'doctor',
  summary: 'looks at configuration, database and service, and says what to mend',
  help: HELP,
  async run(words, at) {
    const { values, positionals } = readWords(words, {})
    if (positionals.length > 0) throw new CliRefusal(`doctor takes no arguments: ${positionals.join(' ')}`)
    const address = serverAddress(at)
    const [here, service] = await Promise.all([at.checks(at.signal), askService(address, at)])
    const checks = together(here, service, isOfThisMachine(address.url))
    const problems = checks.filter(({ state }) => state === 'fail').length
    await at.say(values.json === true ? `${JSON.stringify({ problems, checks })}\n` : report(checks, at))
    return problems === 0 ? EXIT.fine : EXIT.problems
  },
}

/** Of what both say, the service's word is left out where all is well, and where it runs on this machine. */
function together(here: readonly Check[], service: readonly Check[], isNear: boolean): readonly Check[] {
  const said = new Set(here.map(({ check, state }) => `${check} ${state}`))
  return [
    ...here,
    ...service.filter(({ check, state }) => !(said.has(`${check} ${state}`) && (isNear || state === 'ok'))),
  ]
}

function isOfThisMachine(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)
}

const ORDER = ['fail', 'warn', 'ok'] as const
const WORDS = { fail: 'problem', warn: 'warning', ok: 'ok' } as const
const INKS = { fail: 'red', warn: 'yellow', ok: 'green' } as const

function report(checks: readonly Check[], at: Surroundings): string {
  const sorted = ORDER.flatMap((state) => checks.filter((one) => one.state === state))
  const width = Math.max(...checks.map(({ check }) => check.length))
  const troubles = sorted.filter(({ state }) => state !== 'ok').map((one) => `${trouble(one, at)}\n\n`)
  const well = sorted.filter(({ state }) => state === 'ok').map((one) => `${line(one, width, at)}\n`)
  return `${troubles.join('')}${well.join('')}\n${summary(checks)}\n`
}

function trouble({ check, state, what, why, fix, more }: Check, at: Surroundings): string {
  const width = Math.min(at.columns(), 100)
  const steps = fix.map((step, index) => (fix.length === 1 ? step : `${index + 1}. ${step}`))
  const parts: readonly (readonly [string, string])[] = [
    ['What', what],
    ['Why', why ?? ''],
    ...steps.map((step, index) => [index === 0 ? 'Fix' : '', step] as const),
    ['More', more ?? ''],
  ]
  const lines = parts.flatMap(([title, text]) =>
    text === '' ? [] : [`  ${title.padEnd(6)}${wrapped(plain(text), width, 8).trimStart()}`],
  )
  return [`${painted(WORDS[state], INKS[state], at)}  ${painted(plain(check), 'bold', at)}`, ...lines].join('\n')
}

function line({ check, state, what }: Check, width: number, at: Surroundings): string {
  return `${painted(WORDS[state], INKS[state], at)}  ${plain(check).padEnd(width)}  ${plain(what)}`
}

function summary(checks: readonly Check[]): string {
  const count = (state: Check['state'], one: string): readonly string[] => {
    const found = checks.filter((check) => check.state === state).length
    return found === 0 && state === 'warn' ? [] : [`${found === 0 ? 'no' : found} ${one}${found === 1 ? '' : 's'}`]
  }
  return [`${checks.length} checks`, ...count('fail', 'problem'), ...count('warn', 'warning')].join(', ')
}
