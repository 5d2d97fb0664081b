import { writeFileSync } from 'node:fs'
import type { FakeCommand, Given } from '../fake-command.ts'
import { startFakeSmsc, type FakeSmscOptions } from '../smsc.ts'
import { UsageError } from '../usage.ts'

const HELP = `A look-alike of an SMSC that speaks SMPP 3.4: binds, submissions, receipts, texts that come in.

  npm run fake -- smsc --port 2775 --control-port 4012
  npm run fake -- smsc --per-second 50 --response-ids hex --ledger sms.jsonl
  curl localhost:4012/control -d '{"inbound": {"from": "+201009129288", "to": "+15005550006", "text": "STOP"}}'

  --port N              0, as when not said, takes any free port
  --control-port N      of HTTP; the same
  --system-id ID        unless said look-alike
  --password WORD       unless said secret08
  --max-binds N         more at once are refused with ESME_RALYBND; 10 unless said
  --per-second N        more in a second are refused with ESME_RTHROTTLED
  --response-ids FORM   decimal or hex, of message ids in answers
  --receipt-ids FORM    the same, in receipts
  --receipt-form FORM   both, text or tlvs
  --receipt-after-ms N  milliseconds before a receipt
  --receipts-together N so many are gathered, and go out in the opposite order
  --script FILE         rules in JSON: [{"when": {"to": "+1*"}, "play": {"status": "ESME_RMSGQFUL"}}]
  --ledger FILE         gets one JSON line for each message taken, before it is answered
  --ca FILE             speaks TLS, and writes the authority behind its certificate there
  --help                this text

Numbers that play something without a script, and what a rule can have played, stand in docs/fakes.md.
`

/** Flag, the option that it sets, and the words that it may have. */
const WORDS = [
  ['response-ids', 'responseIds', ['decimal', 'hex']],
  ['receipt-ids', 'receiptIds', ['decimal', 'hex']],
  ['receipt-form', 'receiptForm', ['both', 'text', 'tlvs']],
] as const

/** Flag, the option that it sets, the least and the most. */
const NUMBERS = [
  ['control-port', 'controlPort', 0, 65_535],
  ['max-binds', 'maxBinds', 0, 1_000_000],
  ['per-second', 'perSecond', 1, 1_000_000],
  ['receipt-after-ms', 'receiptAfterMs', 0, 1_000_000_000],
  ['receipts-together', 'receiptsTogether', 1, 1_000_000],
] as const

export const SMSC: FakeCommand = {
  help: HELP,
  flags: ['system-id', 'password', 'ca', ...WORDS.map(([flag]) => flag), ...NUMBERS.map(([flag]) => flag)],
  async start(given) {
    const ca = given.value('ca')
    const smsc = await startFakeSmsc({ ...optionsOf(given), tls: ca !== null })
    if (ca !== null && smsc.ca !== null) writeFileSync(ca, smsc.ca)
    const lines = [
      `listening on ${ca === null ? 'smpp' : 'ssmpp'}://127.0.0.1:${smsc.port}`,
      `control on ${smsc.controlUrl}`,
      `bind as ${smsc.systemId} with ${smsc.password}`,
    ]
    return { lines, close: () => smsc.close() }
  },
}

function optionsOf(given: Given): FakeSmscOptions {
  const [systemId, password] = [given.value('system-id'), given.value('password')]
  const words = WORDS.map(([flag, option, known]) => [option, wordOf(given, flag, known)] as const)
  const numbers = NUMBERS.map(([flag, option, least, most]) => [option, countOf(given, flag, least, most)] as const)
  const said = [...words, ...numbers].filter(([, value]) => value !== null)
  return {
    port: given.port,
    rules: given.script,
    ...(systemId === null ? {} : { systemId }),
    ...(password === null ? {} : { password }),
    ...(given.ledger === null ? {} : { ledger: given.ledger }),
    ...(Object.fromEntries(said) as Pick<FakeSmscOptions, (typeof WORDS | typeof NUMBERS)[number][1]>),
  }
}

function wordOf(given: Given, flag: string, known: readonly string[]): string | null {
  const value = given.value(flag)
  if (value === null || known.includes(value)) return value
  throw new UsageError(`--${flag} ${value} is none of ${known.join(', ')}.`)
}

function countOf(given: Given, flag: string, least: number, most: number): number | null {
  const value = given.value(flag)
  if (value === null) return null
  if (/^\d{1,10}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value)
  throw new UsageError(`--${flag} ${value} is not a number from ${least} to ${most}.`)
}
