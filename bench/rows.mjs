import { readdirSync } from 'node:fs'

const FOLDER = new URL('rows/', import.meta.url)

/** Cheap ones first; those that stand nowhere here come last, by name. */
const ORDER = [
  'smpp-codec',
  'twilio',
  'smpp',
  'start',
  'fcm',
  'fcm-faults',
  'latency',
  'accept',
  'path',
  'batch',
  'queue',
]
ORDER.push('sms-http', 'nodes', 'history', 'million', 'growth')

/** The names of all rows, in the order in which they run. */
export function rowNames() {
  const found = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => file.slice(0, -'.mjs'.length))
  const place = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
  return found.toSorted((a, b) => place(a) - place(b) || a.localeCompare(b))
}

/** In the order of the names given. A row imports what is built only when it measures. */
export function loadRows(names) {
  return Promise.all(names.map(loadRow))
}

async function loadRow(name) {
  const { row } = await import(new URL(`${name}.mjs`, FOLDER))
  if (row?.name !== name) throw new Error(`bench/rows/${name}.mjs exports no row of that name`)
  return row
}
