import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { APNS } from './apns/command.ts'
import type { FakeCommand, Given } from './fake-command.ts'
import { FCM } from './fcm/command.ts'
import { HTTP_SMS } from './http-sms/command.ts'
import { SINK } from './sink/command.ts'
import { SMSC } from './smsc/command.ts'
import { TWILIO } from './twilio/command.ts'
import { UsageError } from './usage.ts'
import { VONAGE } from './vonage/command.ts'
import { WEB_PUSH } from './webpush/command.ts'

export interface Surroundings {
  /** To the standard output. */
  readonly write: (text: string) => void
  /** One line to the standard error. */
  readonly warn: (line: string) => void
  /** Resolves when it shall end. */
  readonly told: () => Promise<void>
}

const COMMANDS: Readonly<Record<string, FakeCommand>> = {
  twilio: TWILIO,
  vonage: VONAGE,
  'http-sms': HTTP_SMS,
  smsc: SMSC,
  fcm: FCM,
  apns: APNS,
  webpush: WEB_PUSH,
  sink: SINK,
}

const HELP = `Look-alikes of providers for tests, on 127.0.0.1. They run until Ctrl-C.

  npm run fake -- twilio --port 4010               prints what points Tidings at it
  npm run fake -- fcm --ledger pushes.jsonl        a JSON line for each push taken
  npm run fake -- NAME --script rules.json         behaves as the rules say
  npm run fake -- NAME --help                      what NAME knows

twilio    Twilio's Messages API
vonage    Vonage's SMS API
http-sms  "Regional SMS", an example of a provider with an HTTP interface of its own
smsc      an SMSC that speaks SMPP 3.4
fcm       Firebase Cloud Messaging, HTTP v1, and Google's token endpoints
apns      Apple's push service
webpush   a browser's push service, with browsers behind it
sink      a receiver of webhooks

Scripts and examples stand in docs/fakes.md.
`

/** Runs `fake NAME …`, where `words` begins with NAME. Returns the exit code: 0, or 2 when it is called wrongly. */
export async function runFake(words: readonly string[], around: Surroundings): Promise<number> {
  const [name = '--help', ...rest] = words
  if (name === '--help' || name === '-h') return say(HELP, around)
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  try {
    if (command === undefined) {
      throw new UsageError(`There is no look-alike ${name}. There are ${Object.keys(COMMANDS).join(', ')}.`)
    }
    const given = readFlags(command, rest)
    return given === 'help' ? say(command.help, around) : await run(command, given, around)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    around.warn(`tidings fake: ${error.message}`)
    return 2
  }
}

async function run(command: FakeCommand, given: Given, around: Surroundings): Promise<number> {
  // Listened to from the beginning: a signal may come at once.
  const told = around.told()
  const running = await command.start(given)
  around.write(running.lines.map((line) => `${line}\n`).join(''))
  await told
  await running.close()
  return 0
}

function say(text: string, around: Surroundings): number {
  around.write(text)
  return 0
}

function readFlags(command: FakeCommand, words: readonly string[]): Given | 'help' {
  const text = { type: 'string' } as const
  const flags = ['port', 'script', 'ledger', ...command.flags].map((flag) => [flag, text] as const)
  const options = { ...Object.fromEntries(flags), help: { type: 'boolean', short: 'h' } } as const
  const { values } = parse(words, options)
  if (values['help'] === true) return 'help'
  const value = (flag: string): string | null => {
    const given = values[flag]
    return typeof given === 'string' ? given : null
  }
  const file = value('script')
  return {
    port: portOf(value('port') ?? '0'),
    script: file === null ? [] : readScript(file),
    ledger: value('ledger'),
    value,
  }
}

type Options = NonNullable<Parameters<typeof parseArgs>[0]>['options']

function parse(words: readonly string[], options: NonNullable<Options>): ReturnType<typeof parseArgs> {
  try {
    return parseArgs({ args: [...words], options })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    // What follows tells of words that begin with a dash; none of ours do.
    throw new UsageError(`${error.message.split(/\.\s/)[0]?.replace(/\.$/, '')}.`, { cause: error })
  }
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new UsageError(`--port ${text} is not a port; 0 takes any free one.`)
}

function readScript(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`The script ${file} can't be read.`, { cause: error })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`The script ${file} is not JSON.`, { cause: error })
  }
}
