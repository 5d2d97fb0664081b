import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../support/documents.ts'
import { startProgram, waitForOutput, type Program } from '../support/program.ts'

/** An SMSC that speaks SMPP. */
export interface Smsc {
  /** `127.0.0.1:2775` */
  readonly address: string
  /** Gets one JSON line for each message taken, with its `text` and `messageId`. */
  readonly ledger: string
}

/** SMS go to an SMSC instead of to Twilio. */
export interface OverSmpp {
  /** One that runs already; else the look-alike is started. */
  readonly running?: Smsc
  /** Of the look-alike: `--per-second`, `50`. */
  readonly flags?: readonly string[]
  /** Of the look-alike's script. */
  readonly rules?: readonly object[]
  /** Of SMPP_URL: `window=10&binds=2`. */
  readonly query?: string
}

/** Each runs in a process of its own, in this directory. */
export interface LookAlikes {
  readonly twilio: string
  readonly fcm: string
  readonly twilioLedger: string
  readonly fcmLedger: string
  /** The file that the key to the look-alike of FCM stands in. */
  readonly account: string
  /** Null: there is none. */
  readonly smsc: Smsc | null
  /** Where the look-alike of an SMSC takes wishes by HTTP; null: there is none. */
  readonly smscControl: string | null
  readonly pids: readonly number[]
}

export interface LookAlikesOptions {
  readonly directory: string
  /** Of Twilio's script. */
  readonly twilioRules?: readonly object[]
  readonly smpp?: OverSmpp
  /** Given the end of each as soon as it runs. */
  readonly onStart: (end: () => Promise<void>) => void
}

export async function startLookAlikes(options: LookAlikesOptions): Promise<LookAlikes> {
  const { directory, smpp, onStart } = options
  const start = (name: string, args: readonly string[]): Program => {
    const program = startLookAlike(name, directory, args)
    onStart(() => program.kill())
    return program
  }
  const [twilioLedger, fcmLedger] = [join(directory, 'twilio.ledger'), join(directory, 'fcm.ledger')]
  const account = join(directory, 'account.json')
  const rules = options.twilioRules === undefined ? [] : scriptIn(directory, 'twilio', options.twilioRules)
  const twilio = start('twilio', ['--ledger', twilioLedger, ...rules])
  const fcm = start('fcm', ['--ledger', fcmLedger, '--account', account])
  const [smsc, pid] = await startSmsc(directory, smpp, start)
  return {
    twilio: await listening(twilio),
    fcm: await listening(fcm),
    twilioLedger,
    fcmLedger,
    account,
    smsc,
    smscControl: smsc?.control ?? null,
    pids: [twilio.pid, fcm.pid, ...pid],
  }
}

async function startSmsc(
  directory: string,
  smpp: OverSmpp | undefined,
  start: (name: string, args: readonly string[]) => Program,
): Promise<[(Smsc & { control: string | null }) | null, number[]]> {
  if (smpp === undefined) return [null, []]
  if (smpp.running !== undefined) return [{ ...smpp.running, control: null }, []]
  const ledger = join(directory, 'smsc.ledger')
  const rules = smpp.rules === undefined ? [] : scriptIn(directory, 'smsc', smpp.rules)
  const program = start('smsc', ['--ledger', ledger, ...rules, ...(smpp.flags ?? [])])
  const address = (await listening(program)).replace('smpp://', '')
  const control = await waitForOutput(program, /^control on (\S+)\n/m)
  return [{ address, ledger, control }, [program.pid]]
}

function scriptIn(directory: string, name: string, rules: readonly object[]): string[] {
  const file = join(directory, `${name}.rules.json`)
  writeFileSync(file, JSON.stringify(rules))
  return ['--script', file]
}

function startLookAlike(name: string, directory: string, args: readonly string[]): Program {
  const log = join(directory, `${name}.log`)
  return startProgram([join(ROOT, 'dist/main.js'), 'fake', name, ...args], { cwd: directory, env: {}, log })
}

function listening(lookAlike: Program): Promise<string> {
  return waitForOutput(lookAlike, /^listening on (\S+)\n/m)
}
