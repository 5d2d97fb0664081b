import { TidingsApiError, type Schema, type SmsMessage, type Tidings } from '../client/tidings.ts'
import { CliRefusal, EXIT, type ExitCode, type Surroundings } from './command.ts'
import { readWhole } from './option-values.ts'
import { COMMON, commonFields, exitCodeOf, sendOptions } from './send-words.ts'
import { connect } from './service.ts'
import { painted, plain, readWords } from './words.ts'

const OPTIONS = {
  ...COMMON,
  subject: { type: 'string' },
  sender: { type: 'string' },
  'max-segments': { type: 'string' },
  'max-price': { type: 'string' },
  plain: { type: 'boolean' },
  'no-plain': { type: 'boolean' },
  'time-zone': { type: 'string' },
} as const

export async function sendSms(words: readonly string[], at: Surroundings): Promise<ExitCode> {
  const { values, positionals } = readWords(words, OPTIONS)
  const message = await toMessage(values, positionals, at)
  const tidings = connect(at)
  const json = values.json === true
  if (values['dry-run'] === true) {
    const report = await tidings.sms.dryRun(message, { signal: at.signal })
    await at.say(json ? `${JSON.stringify(report)}\n` : dryRun(report))
    return EXIT.fine
  }
  const sent = await tidings.sms.send(message, sendOptions(values, at.signal))
  for (const warning of sent.warnings ?? []) at.tell(plain(warning))
  const read = await verdictOf(tidings, sent.message_id, at.signal)
  const id = painted(String(sent.message_id), 'bold', at)
  const verdict = read?.verdict ?? `Its status is ${sent.status}.`
  await at.say(json ? `${JSON.stringify({ ...sent, verdict: read?.verdict ?? null })}\n` : `${id}  ${plain(verdict)}\n`)
  return values.wait === true ? exitCodeOf([sent.status]) : EXIT.fine
}

/** Null: the key may send, and not read. The message is on its way all the same. */
async function verdictOf(tidings: Tidings, id: number, signal: AbortSignal): Promise<Schema<'Sms'> | null> {
  try {
    return await tidings.sms.get(id, { signal })
  } catch (error) {
    if (error instanceof TidingsApiError || signal.aborted) return null
    throw error
  }
}

type Words = ReturnType<typeof readWords<typeof OPTIONS>>['values']

async function toMessage(values: Words, positionals: readonly string[], at: Surroundings): Promise<SmsMessage> {
  const [contact, text, ...more] = positionals
  if (contact === undefined) throw new CliRefusal('Who is it for? tidings send sms +201009129288 "Hello"')
  if (more.length > 0) throw new CliRefusal('The text is one argument: put it in quotes.')
  const { subject, template } = values
  const common = { contact, ...commonFields(values), ...smsFields(values) }
  if (template !== undefined) {
    if (text !== undefined || subject !== undefined) throw new CliRefusal('The text comes from the template.')
    return common
  }
  if (text === undefined) throw new CliRefusal('What does it say? Give the text, or - to read it from stdin.')
  return { ...common, subject: subject ?? '', message: text === '-' ? await readText(at) : text }
}

/** The fields that pushes have not, beside the words. Throws a CliRefusal; what the service knows better is left to it. */
function smsFields(values: Words): Partial<SmsMessage> {
  const { sender, 'max-segments': most, 'max-price': price, 'time-zone': zone } = values
  if (values.plain === true && values['no-plain'] === true) throw new CliRefusal('--plain or --no-plain, not both.')
  const isPlain = values.plain ?? (values['no-plain'] === true ? false : undefined)
  return {
    ...(sender === undefined ? {} : { sender }),
    ...(most === undefined ? {} : { max_segments: readWhole(most, '--max-segments') }),
    ...(price === undefined ? {} : { max_price: toAmount(price, '--max-price') }),
    ...(isPlain === undefined ? {} : { plain: isPlain }),
    ...(zone === undefined ? {} : { time_zone: zone }),
  }
}

/** Throws a CliRefusal. */
function toAmount(text: string, flag: string): number {
  if (!/^\d{1,9}(?:\.\d{1,6})?$/.test(text)) throw new CliRefusal(`${flag} must be an amount like 0.05.`)
  return Number(text)
}

/** All of stdin, without the line break at its end. */
async function readText({ stdin, isTerminal, tell }: Surroundings): Promise<string> {
  if (isTerminal.stdin) tell('Type the text; Ctrl-D ends it.')
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)))
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}

function dryRun(report: Schema<'SmsDryRunData'>): string {
  const { contact, country, segments, encoding, units, culprit, route, waits, warnings, price } = report
  const lines = [
    `To        ${contact}${country === null ? '' : `, ${country}`}`,
    `Text      ${report.text}`,
    `Size      ${segments} ${segments === 1 ? 'segment' : 'segments'}, ${units} units of ${encoding}`,
    ...(culprit === null ? [] : [`Because   ${culprit.character} (${culprit.code_point}) is no character of GSM`]),
    `Through   ${route.provider}: ${route.reason}`,
    ...(price === null ? [] : [`Costs     ${price.amount} ${price.currency}`]),
    `Leaves    ${report.send_at}, at the latest ${report.expires_at}`,
    ...waits.map(({ message }) => `Waits     ${message}`),
    ...warnings.map((warning) => `Warning   ${warning}`),
  ]
  return `${lines.map(plain).join('\n')}\nNothing was sent.\n`
}
