import { nearest } from '../domain/nearest.ts'
import { CliRefusal, EXIT, type Command, type Explained, type ExitCode, type Surroundings } from './command.ts'
import { painted, plain, readWords, wrapped } from './words.ts'

const HELP = `What a code means, and what helps. It needs no service.

  tidings explain invalid_contact        an error code of an answer, as at /errors/invalid_contact
  tidings explain exhausted              a reason of a message
  tidings explain 21610                  a code of Twilio
  tidings explain UNREGISTERED           a code of FCM
  tidings explain BadDeviceToken         a code of APNs
  tidings explain                        lists them all
  tidings explain 21610 --json           for programs

Exit codes: 0 it is explained, 2 there is no such code.
`

export const explain: Command = {
  name: 'explain',
  summary: 'what an error code, a reason or a provider’s code means',
  help: HELP,
  async run(words, at) {
    const { values, positionals } = readWords(words, {})
    const [word, ...more] = positionals
    if (more.length > 0) throw new CliRefusal(`One code at a time: ${word} or ${more.join(', ')}.`)
    const all = await at.reference()
    const found = word === undefined ? all : meant(word, all)
    if (values.json === true) return written(JSON.stringify({ data: found }), at)
    return written(word === undefined ? listOf(all) : found.map((one) => told(one, at)).join('\n\n'), at)
  },
}

async function written(text: string, at: Surroundings): Promise<ExitCode> {
  await at.say(`${text}\n`)
  return EXIT.fine
}

/** As it is written, else in any case: `internal` is a reason, `INTERNAL` a code of FCM. */
function meant(word: string, all: readonly Explained[]): readonly Explained[] {
  const code = word.replace(/^.*\/errors\//, '').replace(/\.txt$/, '')
  const exact = all.filter((one) => one.code === code)
  if (exact.length > 0) return exact
  const lower = code.toLowerCase()
  const found = all.filter((one) => one.code.toLowerCase() === lower)
  if (found.length > 0) return found
  throw new CliRefusal(`There is no code ${plain(code)}. ${suggestion(lower, all)}`)
}

/** Digits are no words: of two numbers that differ in one, each may well be meant. */
function suggestion(word: string, all: readonly Explained[]): string {
  if (/^\d+$/.test(word)) return 'Of Twilio’s codes those that concern SMS are known; see twilio.com/docs/api/errors.'
  const close = nearest(word, [...new Set(all.map(({ code }) => code.toLowerCase()))], word.length < 6 ? 1 : 3)
  const near = all.find(({ code }) => code.toLowerCase() === close)
  return near === undefined ? 'tidings explain lists them all.' : `Did you mean ${near.code}?`
}

function listOf(all: readonly Explained[]): string {
  const width = Math.max(...all.map(({ code }) => code.length))
  return all.map(({ code, what }) => `${code.padEnd(width)}  ${what}`).join('\n')
}

function told(one: Explained, at: Surroundings): string {
  const width = Math.min(at.columns(), 100)
  const parts = [
    ['Why', one.why],
    ['Fix', one.fix],
    ['Retry', one.retry],
    ['Charged', one.charged],
    ['Reason', one.reason],
    ['More', one.more],
  ] as const
  const lines = parts.flatMap(([title, text]) =>
    text === null ? [] : [`${painted(title, 'bold', at)}\n${wrapped(text, width, 2)}`],
  )
  return [`${painted(one.code, 'bold', at)}  ${painted(one.kind, 'dim', at)}`, wrapped(one.what, width), ...lines].join(
    '\n\n',
  )
}
