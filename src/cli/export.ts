import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { CliRefusal, EXIT, type Command, type Surroundings } from './command.ts'
import { connect, splitQuery } from './service.ts'
import { readWords } from './words.ts'

const HELP = `All SMS that a search finds, as a file, newest first.

  tidings export tag:invoice after:2026-03-01 -o invoices.csv
  tidings export status:failed last:7d --ndjson -o failed.ndjson
  tidings export last:24h --ndjson | jq -r .contact
  tidings export                                   everything, as CSV to stdout

Words: as of tidings find. A file is there only when it is whole; until then it is called FILE.part.

  --csv, --ndjson   the format; CSV unless FILE ends in .ndjson. --json is --ndjson
  -o, --out FILE    instead of stdout

TIDINGS_URL says where the service runs, TIDINGS_KEY or TIDINGS_KEY_FILE with which key; it needs messages:read.
Exit codes: 0 it is whole, 2 usage, 3 not reached or broken off, 4 refused, 5 limited, 130 stopped.
`

const OPTIONS = {
  csv: { type: 'boolean' },
  ndjson: { type: 'boolean' },
  out: { type: 'string', short: 'o' },
} as const

// `export` alone is a word of the language.
export const exportCommand: Command = {
  name: 'export',
  summary: 'all messages of a search, as CSV or NDJSON',
  help: HELP,
  async run(words, at) {
    const { options, negated } = splitQuery(words)
    const { values, positionals } = readWords(options, OPTIONS)
    const lines = values.ndjson === true || values.json === true
    if (lines && values.csv === true) throw new CliRefusal('One format at a time: --csv or --ndjson.')
    const byName = values.csv !== true && values.out?.endsWith('.ndjson') === true
    const format = lines || byName ? 'ndjson' : 'csv'
    const q = [...positionals, ...negated].join(' ')
    const file = await connect(at).sms.export({ q, format }, { signal: at.signal })
    if (values.out === undefined) await copy(file, (chunk) => at.say(chunk))
    else await intoFile(file, values.out, at)
    return EXIT.fine
  },
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
