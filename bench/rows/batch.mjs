import { request } from 'node:http'
import { cpuSeconds, untilIdle } from '../cpu.mjs'
import { startTidings } from '../servers.mjs'
import { median, whole } from '../table.mjs'

/** Personal numbers that nobody has, above those with which the sandbox plays a life. */
const FIRST_CONTACT = 15_005_551_000
const CONTACTS = 100_000

const COMMON = { subject: 'Hello', message: 'Your parcel is on its way. It comes tomorrow before noon.' }

const DRAIN_TIMEOUT_MS = 120_000

export const row = {
  name: 'batch',
  title: 'items of POST /smss/batch, each answered after a commit to disk, and targets of a push by line',
  options: { rounds: 5, items: 200_000 },
  measure: measureBatch,
  show,
}

/**
 * How many items a second `POST /smss/batch` takes, each answered after a commit to disk: in calls of 10,000 in JSON, one after the other,
 * and in one stream of lines. Beside it what POST /notifications/tokens makes of a list of targets by line, new ones and known ones.
 * Between rounds what was accepted is delivered.
 */
async function measureBatch({ rounds, items }, tell) {
  const rows = [
    { name: 'JSON, 10,000 items a call', run: (url) => wholes(url, items) },
    {
      name: 'NDJSON, one stream',
      run: (url) => stream(`${url}/smss/batch`, COMMON, contactLines(items), items),
    },
    { name: 'targets of a push by NDJSON, new', run: (url, round) => targets(url, items, round) },
    { name: 'targets of a push by NDJSON, known', run: (url, round) => targets(url, items, round) },
  ]
  const results = rows.map(() => [])
  const server = await startTidings()
  try {
    // A first one, so that every path was run before.
    await wholes(server.url, 10_000)
    await stream(`${server.url}/smss/batch`, COMMON, contactLines(10_000), 10_000)
    for (let round = 1; round <= rounds; round += 1) {
      for (const [index, { name, run }] of rows.entries()) {
        const one = await timed(server, items, () => run(server.url, round))
        results[index].push(one)
        tell(`round ${round} of ${rounds}: ${name} ${Math.round(one.perSecond)}/s`)
      }
    }
  } finally {
    await server.stop()
  }
  return {
    rounds,
    items,
    measured: rows.map(({ name }, index) => ({ name, ...medians(results[index]), rounds: results[index] })),
  }
}

/** CPU is counted for the call alone; what it leaves behind is waited for. */
async function timed(server, items, run) {
  await untilIdle(server, DRAIN_TIMEOUT_MS)
  const [before, begun] = [cpuSeconds(server), performance.now()]
  await run()
  const seconds = (performance.now() - begun) / 1_000
  const after = cpuSeconds(server)
  const micros = (part) => (before === null ? null : ((after[part] - before[part]) / items) * 1_000_000)
  const drainSeconds = await untilIdle(server, DRAIN_TIMEOUT_MS)
  return { perSecond: items / seconds, nodeMicros: micros('node'), postgresMicros: micros('postgres'), drainSeconds }
}

async function wholes(url, items) {
  for (let from = 0; from < items; from += 10_000) {
    const list = Array.from({ length: Math.min(10_000, items - from) }, (_, index) => contactOf(from + index))
    const answer = await fetch(`${url}/smss/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...COMMON, items: list }),
    })
    const { accepted } = await answer.json()
    if (accepted !== list.length) throw new Error(`${accepted} of ${list.length} items were accepted`)
  }
}

function* contactLines(items) {
  for (let index = 0; index < items; index += 1) yield `${JSON.stringify(contactOf(index))}\n`
}

function contactOf(index) {
  return { contact: `+${FIRST_CONTACT + (index % CONTACTS)}` }
}

async function targets(url, items, round) {
  const content = { title: 'Hello', body: 'There is news.' }
  await stream(`${url}/notifications/tokens`, content, tokenLines(items, round), 0)
}

function* tokenLines(items, round) {
  // As long as those of FCM.
  const end = 'x'.repeat(140)
  for (let index = 0; index < items; index += 1) yield `"token-${round}-${index}-${end}"\n`
}

/** Sends lines as fast as they are taken, and counts those of the answer that are accepted messages. */
function stream(url, first, lines, expected) {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' } }, (answer) => {
      let accepted = 0
      answer.on('data', (chunk) => {
        for (let at = chunk.indexOf('"message_id"'); at !== -1; at = chunk.indexOf('"message_id"', at + 1))
          accepted += 1
      })
      answer.on('end', () => {
        // A word that lies on the border of two chunks is missed.
        if (answer.statusCode === 200 && accepted >= expected * 0.99) resolve()
        else reject(new Error(`status ${answer.statusCode}, ${accepted} of ${expected} lines were accepted`))
      })
    })
    call.on('error', reject)
    const write = () => {
      for (let text = take(lines); text !== ''; text = take(lines)) {
        if (!call.write(text)) return void call.once('drain', write)
      }
      call.end()
    }
    call.write(`${JSON.stringify(first)}\n`)
    write()
  })
}

/** Some lines at once: a write for each would measure the writing. */
function take(lines) {
  let text = ''
  for (let count = 0; count < 500; count += 1) {
    const { value, done } = lines.next()
    if (done) break
    text += value
  }
  return text
}

function medians(rounds) {
  const of = (key) => (rounds[0][key] === null ? null : median(rounds.map((one) => one[key])))
  return Object.fromEntries(['perSecond', 'nodeMicros', 'postgresMicros', 'drainSeconds'].map((key) => [key, of(key)]))
}

function show({ rounds, items, measured }) {
  const cells = (one) => [
    one.name,
    one.perSecond.toFixed(0),
    whole(one.nodeMicros),
    whole(one.postgresMicros),
    one.drainSeconds.toFixed(1),
  ]
  return {
    tables: [{ head: ['', 'items/s', 'CPU µs: Node', 'Postgres', 'drained in s'], rows: measured.map(cells) }],
    verdicts: [],
    notes: [
      `Medians of ${rounds} rounds of ${items.toLocaleString('en')} items, committed to disk. What is delivered while items come in costs CPU in these figures, too.`,
      'Settings that differ from the defaults: SMS_RATE_LIMIT_PER_MINUTE=0.',
    ],
  }
}
