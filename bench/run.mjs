// npm run bench [-- --rounds N --seconds N --connections N --save]: figures of this machine, each beside what it is measured against.
// npm run bench -- batch [--rounds N --items N --save]: how many items a second batches and lists of targets take.
// npm run bench -- history [--messages N --pages N --plans --save]: how long searches take.
// npm run bench -- smpp | twilio [--rounds N --seconds N --save]: our client and our adapter, each beside the library that others take.
// npm run bench -- fcm [--rounds N --messages N --save]: pushes to FCM, beside the official SDK and Node's own client.
// npm run bench -- million [--messages N --save]: one push to a million devices, from the call to the last outcome, beside the official SDK.
// npm run bench -- sms-http [--rounds N --seconds N --connections N --save]: from HTTP to SMPP, beside Kannel.
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from '../scripts/build.mjs'
import { measureAccept } from './accept.mjs'
import { measureBatch } from './batch.mjs'
import { table } from './table.mjs'

/** Cores that other programs may take before the figures mean little. */
const NOISE = 0.2

const MILLION = 1_000_000
const FCM_MESSAGES = 200_000

const RESULTS = fileURLToPath(new URL('results', import.meta.url))

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '64' },
    save: { type: 'boolean', default: false },
    messages: { type: 'string' },
    items: { type: 'string', default: '200000' },
    pages: { type: 'string', default: '40' },
    plans: { type: 'boolean', default: false },
  },
})
const settings = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  connections: Number(values.connections),
}

const [what = 'accept'] = positionals
const rows = { accept, batch, history, smpp, twilio, 'sms-http': smsHttp, fcm, million }
if (!Object.hasOwn(rows, what) || positionals.length > 1) {
  console.error(`bench: there is no row ${positionals.join(' ')}. There are: ${Object.keys(rows).join(', ')}.`)
  process.exitCode = 2
} else if (await build()) {
  const { result, text } = await rows[what]()
  console.log(text)
  if (values.save) console.log(`\n  Written to ${save(result)}`)
} else process.exitCode = 1

function tell(line) {
  console.error(`  ${line}`)
}

async function accept() {
  const result = await measureAccept(settings, tell)
  return { result, text: acceptText(result) }
}

async function batch() {
  const result = await measureBatch({ rounds: settings.rounds, items: Number(values.items) }, tell)
  return { result, text: batchText(result) }
}

function batchText({ rounds, items, measured }) {
  const micros = (value) => (value === null ? '–' : value.toFixed(0))
  const row = (one) => [
    one.name,
    one.perSecond.toFixed(0),
    micros(one.nodeMicros),
    micros(one.postgresMicros),
    one.drainSeconds.toFixed(1),
  ]
  return [
    '',
    `  batch: ${items.toLocaleString('en')} items a round, committed to disk, ${machine()}`,
    '',
    table([['', 'items/s', 'CPU µs: Node', 'Postgres', 'drained in s'], ...measured.map(row)]),
    '',
    `  Medians of ${rounds} rounds. What is delivered while items come in costs CPU in these figures, too.`,
  ].join('\n')
}

async function history() {
  // What is measured is built first.
  const { historyText, measureHistory } = await import('./history.mjs')
  const asked = { messages: Number(values.messages ?? MILLION), rounds: Number(values.pages), plans: values.plans }
  const result = await measureHistory(asked, tell)
  return { result, text: historyText(result) }
}

async function smpp() {
  const { measureSmpp, smppText } = await import('./smpp.mjs')
  const result = await measureSmpp(settings, tell)
  return { result, text: smppText(result, machine()) }
}

async function twilio() {
  const { measureTwilio, twilioText } = await import('./twilio.mjs')
  const result = await measureTwilio(settings, tell)
  return { result, text: twilioText(result, machine()) }
}

async function fcm() {
  const { fcmText, measureFcm } = await import('./fcm.mjs')
  const asked = { rounds: settings.rounds, messages: Number(values.messages ?? FCM_MESSAGES) }
  const result = await measureFcm(asked, tell)
  return { result, text: fcmText(result, machine()) }
}

async function million() {
  const { measureMillion, millionText } = await import('./million.mjs')
  const result = await measureMillion({ messages: Number(values.messages ?? MILLION) }, tell)
  return { result, text: millionText(result, machine()) }
}

async function smsHttp() {
  const { measureSmsHttp, smsHttpText } = await import('./sms-http.mjs')
  const result = await measureSmsHttp(settings, tell)
  return { result, text: smsHttpText(result, machine()) }
}

function acceptText({ connections, load, tidings, route, ceiling, ofRoute, ofCeiling, others }) {
  const head = ['', 'messages/s', 'p50 ms', 'p99 ms', 'CPU µs: Node', 'Postgres', 'drained in s', 'errors']
  const row = (name, one) => [
    name,
    one.perSecond.toFixed(0),
    one.p50Ms.toFixed(1),
    one.p99Ms.toFixed(1),
    one.nodeMicros === null ? '–' : one.nodeMicros.toFixed(0),
    one.postgresMicros === null ? '–' : one.postgresMicros.toFixed(0),
    one.drainSeconds.toFixed(1),
    String(one.errors),
  ]
  const ratio = (name, { median, least, most }) =>
    `  ${median.toFixed(2)} of ${name} (${least.toFixed(2)} to ${most.toFixed(2)})`
  return [
    '',
    `  accept: POST /smss, ${connections} connections of ${load}, ${machine()}`,
    '',
    table([
      head,
      row('Tidings, committed to disk and delivered', tidings),
      row('the same route, no database', route),
      row('Fastify with the schema alone', ceiling),
    ]),
    '',
    ratio('the same route without a database', ofRoute),
    ratio('Fastify with the schema alone', ofCeiling),
    `  Medians of ${settings.rounds} alternating rounds of ${settings.seconds} s.`,
    ...(others !== null && others > NOISE
      ? [`  Too noisy to say: other programs kept ${others.toFixed(1)} cores busy.`]
      : []),
  ].join('\n')
}

function machine() {
  return `Node ${process.versions.node}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? process.arch}`
}

function save(result) {
  mkdirSync(RESULTS, { recursive: true })
  const at = new Date().toISOString()
  const file = `${RESULTS}/${result.row}-${at.slice(0, 19).replaceAll(':', '')}.json`
  writeFileSync(
    file,
    `${JSON.stringify({ at, node: process.versions.node, machine: machine(), ...result }, null, 2)}\n`,
  )
  return file
}
