import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import type { CallOptions, Tidings } from '../client/tidings.ts'
import { nearest } from '../domain/nearest.ts'
import { CliRefusal, EXIT, type Command, type Surroundings } from './command.ts'
import { connect, splitQuery } from './service.ts'
import { plain, readWords } from './words.ts'

const HELP = `All that a search finds, as a file, newest first: SMS, unless --kind says what.

  tidings export tag:invoice after:2026-03-01 -o invoices.csv
  tidings export status:failed last:7d --ndjson -o failed.ndjson
  tidings export last:24h --ndjson | jq -r .contact
  tidings export                                   every SMS, as CSV to stdout
  tidings export --kind notifications topic:news   pushes
  tidings export --kind deliveries 42              each target of the push 42
  tidings export --kind clients -o people.csv      those that SMS were sent to
  tidings export --kind tokens last:7d             tokens and installation ids

Words: as of tidings find; clients and tokens know to, before, after and last. A file is there only when it is whole;
until then it is called FILE.part.

  --kind KIND       sms, notifications, deliveries, clients or tokens
  --csv, --ndjson   the format; CSV unless FILE ends in .ndjson. --json is --ndjson
  -o, --out FILE    instead of stdout

TIDINGS_URL says where the service runs, TIDINGS_KEY or TIDINGS_KEY_FILE with which key; it needs messages:read.
Exit codes: 0 it is whole, 2 usage, 3 not reached or broken off, 4 refused, 5 limited, 130 stopped.
`

const OPTIONS = {
  kind: { type: 'string' },
  csv: { type: 'boolean' },
  ndjson: { type: 'boolean' },
  out: { type: 'string', short: 'o' },
} as const

// `export` alone is a word of the language.
export const exportCommand: Command = {
  name: 'export',
  summary: 'all that a search finds, as CSV or NDJSON',
  help: HELP,
  async run(words, at) {
    const { options, negated } = splitQuery(words)
    const { values, positionals } = readWords(options, OPTIONS)
    const lines = values.ndjson === true || values.json === true
    if (lines && values.csv === true) throw new CliRefusal('One format at a time: --csv or --ndjson.')
    const byName = values.csv !== true && values.out?.endsWith('.ndjson') === true
    const format = lines || byName ? 'ndjson' : 'csv'
    const q = [...positionals, ...negated].join(' ')
    const begin = KINDS[readKind(values.kind ?? 'sms')]
    const file = await begin(connect(at), { q, format }, { signal: at.signal })
    if (values.out === undefined) await copy(file, (chunk) => at.say(chunk))
    else await intoFile(file, values.out, at)
    return EXIT.fine
  },
}

interface Asked {
  readonly q: string
  readonly format: 'csv' | 'ndjson'
}

type Begin = (tidings: Tidings, asked: Asked, options: CallOptions) => Promise<ReadableStream<Uint8Array>>

const KINDS = {
  sms: (tidings, asked, options) => tidings.sms.export(asked, options),
  notifications: (tidings, asked, options) => tidings.notifications.export(asked, options),
  deliveries: (tidings, { q, format }, options) =>
    tidings.notifications.exportDeliveries(readNotification(q), { format }, options),
  clients: (tidings, asked, options) => tidings.clients.export(asked, options),
  tokens: (tidings, asked, options) => tidings.tokens.export(asked, options),
} as const satisfies Readonly<Record<string, Begin>>

type Kind = keyof typeof KINDS

function isKind(word: string): word is Kind {
  return Object.hasOwn(KINDS, word)
}

function readKind(word: string): Kind {
  if (isKind(word)) return word
  const kinds = Object.keys(KINDS)
  const meant = nearest(word.slice(0, 40), kinds, 3)
  const hint = meant === null ? `There are ${kinds.join(', ')}.` : `Did you mean ${meant}?`
  throw new CliRefusal(`There is no kind ${plain(word.slice(0, 40))}. ${hint}`)
}

function readNotification(words: string): number {
  if (/^[1-9]\d{0,14}$/.test(words)) return Number(words)
  throw new CliRefusal('Whose deliveries? tidings export --kind deliveries 42, with the id of a push.')
}

async function intoFile(file: ReadableStream<Uint8Array>, name: string, at: Surroundings): Promise<void> {
  const part = `${name}.part`
  const handle = await openFile(part, name)
  let bytes = 0
  try {
    await copy(file, async (chunk) => {
      await handle.write(chunk)
      bytes += Buffer.byteLength(chunk)
    })
    await handle.sync()
  } catch (error) {
    await handle.close()
    await rm(part, { force: true })
    throw error
  }
  await handle.close()
  await rename(part, name)
  at.tell(`${name} is whole: ${bytes.toLocaleString('en')} bytes.`)
}

async function openFile(part: string, name: string): Promise<FileHandle> {
  try {
    return await open(part, 'w')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new CliRefusal(`${name} can’t be written${why}.`)
  }
}

async function copy(file: ReadableStream<Uint8Array>, write: (text: string) => Promise<void>): Promise<void> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const reader = file.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new CliRefusal('The export broke off: it is not whole.', EXIT.unreached)
    })
    const text = decoder.decode(value, { stream: !done })
    if (text !== '') await write(text)
    if (done) return
  }
}
