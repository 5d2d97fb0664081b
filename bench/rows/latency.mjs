import { fork } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { newDirectory, startTidings } from '../servers.mjs'

/** Personal numbers that nobody has, above those with which the look-alikes play a life. */
const FIRST_CONTACT = 15_005_551_000
const CONTACTS = 10_000
const WARM_UP = 100
/** At most, before the next one: so that they don't keep step with what the service does by turns. */
const PAUSE_MS = 20
const ARRIVAL_TIMEOUT_MS = 60_000
const GOAL = { p50Ms: 5, p99Ms: 25 }

const KINDS = [
  { name: 'twilio', title: 'SMS to Twilio’s look-alike, HTTP', path: '/smss', body: sms },
  { name: 'smpp', title: 'SMS to an SMSC, SMPP', path: '/smss', body: sms },
  { name: 'fcm', title: 'push to FCM’s look-alike, HTTP/2 over TLS', path: '/notifications/tokens', body: push },
]

/** As the look-alike has it. */
const LATE_MS = 500
/** Each with a call of its own. */
const SINGLES = { name: 'fcm-late', path: '/notifications/tokens', body: push }
const SINGLES_GOAL = { p50Ms: 25, p99Ms: 150 }

export const row = {
  name: 'latency',
  title: 'From the request of one message to its call at the provider, beside others all the time',
  options: { samples: 2_000, background: 100, singles: 500, seconds: 10 },
  needs: { packages: ['smpp'] },
  measure,
  show,
}

/**
 * One message at a time, each after a pause of up to 20 ms, beside `background` a second of the same kind at random moments. Taken by one clock: the request
 * is written, it is answered (by then it is on disk), and the provider, a process of its own, has read it.
 */
async function measure({ samples, background, singles, seconds }, tell) {
  const kinds = []
  for (const kind of KINDS) {
    const measured = await measureKind(kind, samples, background)
    kinds.push({ name: kind.name, ...measured })
    const { p50, p99 } = measured.called
    tell(`${kind.name}: at the provider after ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`)
  }
  const late = { perSecond: singles, seconds, ...(await measureSingles(singles, seconds)) }
  const { p50, p99 } = late.called
  tell(`singles: at the provider after ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`)
  return { samples, background, kinds, singles: late }
}

function measureKind(kind, samples, background) {
  return besideProvider(kind.name, {}, async (server, provider) => {
    const others = startBackground(kind, server.url, background)
    try {
      return await sampleBeside(kind, server, provider, samples, others)
    } finally {
      await others.stop()
    }
  })
}

async function sampleBeside(kind, server, provider, samples, others) {
  for (let number = 0; number < WARM_UP; number += 1) await probe(kind, server.url, provider, number)
  const taken = []
  for (let number = 0; number < samples; number += 1) {
    taken.push(await probe(kind, server.url, provider, WARM_UP + number))
  }
  return {
    answered: quantiles(taken.map((one) => one.answered)),
    called: quantiles(taken.map((one) => one.called)),
    others: await others.stop(),
  }
}

/** At an even pace: a late one keeps none of those after it waiting. */
function measureSingles(perSecond, seconds) {
  const kind = SINGLES
  return besideProvider(
    kind.name,
    { FCM_RAMP_SECONDS: '0', FCM_MESSAGES_PER_MINUTE: '6000000' },
    async ({ url }, provider) => {
      for (let number = 0; number < WARM_UP; number += 1) await probe(kind, url, provider, number)
      const made = []
      const began = nowMs()
      for (let number = 0; number < perSecond * seconds; number += 1) {
        const early = began + (number * 1_000) / perSecond - nowMs()
        if (early >= 1) await delay(early)
        made.push(send(kind, url, provider, WARM_UP + number))
      }
      const taken = await Promise.all(made)
      return {
        answered: quantiles(taken.map((one) => one.answered)),
        called: quantiles(taken.map((one) => one.called)),
      }
    },
  )
}

/** A Tidings that sends to this look-alike, with settings more. */
async function besideProvider(name, more, work) {
  const directory = newDirectory()
  const provider = await startProvider(name)
  const { settings, ca } = provider
  const trusted = join(directory, 'ca.pem')
  if (ca !== undefined) writeFileSync(trusted, ca)
  const server = await startTidings({
    AUTH: 'off',
    ...settings,
    ...more,
    ...(ca === undefined ? {} : { NODE_EXTRA_CA_CERTS: trusted }),
  })
  try {
    return await work(server, provider)
  } finally {
    await server.stop()
    await provider.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function startProvider(name) {
  const child = fork(fileURLToPath(new URL('../peers/look-alike.mjs', import.meta.url)), [name], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [{ settings, ca }] = await once(child, 'message')
  const arrivals = new Map()
  child.on('message', (arrival) => arrivals.get(arrival.probe)?.(arrival.at))
  return {
    settings,
    ca,
    /** Resolves with the time at which this one came. */
    arrival(number) {
      const late = AbortSignal.timeout(ARRIVAL_TIMEOUT_MS)
      return new Promise((resolve, reject) => {
        late.addEventListener('abort', () => reject(new Error(`${name}: probe ${number} never came`)), { once: true })
        arrivals.set(number, resolve)
      }).finally(() => arrivals.delete(number))
    },
    async stop() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

async function probe(kind, url, provider, number) {
  await delay(Math.random() * PAUSE_MS)
  return send(kind, url, provider, number)
}

/** In ms from the request on. */
async function send(kind, url, provider, number) {
  const arrived = provider.arrival(number)
  const [began, body] = [nowMs(), JSON.stringify(kind.body(`probe ${number}.`, number))]
  const [answeredAt, calledAt] = await Promise.all([post(url + kind.path, body), arrived])
  return { answered: answeredAt - began, called: calledAt - began }
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** Resolves with the time of the answer's end; rejects where it is none of 200. */
function post(url, body) {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 200) resolve(nowMs())
        else reject(new Error(`POST ${url} was answered ${answer.statusCode}`))
      })
    })
    call.once('error', reject)
    call.end(body)
  })
}

function nowMs() {
  return Number(process.hrtime.bigint()) / 1e6
}

/** At random moments, so many a second; `stop` resolves with what was sent and what failed. */
function startBackground(kind, url, perSecond) {
  const under = new Set()
  const [counts, stopping] = [{ sent: 0, failed: 0 }, new AbortController()]
  const sendOne = () => {
    counts.sent += 1
    const going = post(url + kind.path, JSON.stringify(kind.body('others', counts.sent + CONTACTS / 2)))
      .catch(() => (counts.failed += 1))
      .finally(() => under.delete(going))
    under.add(going)
  }
  // Timers count whole milliseconds: what fell due meanwhile is sent together.
  const run = async () => {
    let dueMs = nowMs()
    while (!stopping.signal.aborted) {
      for (; dueMs <= nowMs(); dueMs += (-Math.log(1 - Math.random()) * 1_000) / perSecond) sendOne()
      await delay(Math.max(1, dueMs - nowMs()))
    }
  }
  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
      await Promise.all(under)
      return counts
    },
  }
}

function sms(text, number) {
  return {
    contact: `+${FIRST_CONTACT + (number % CONTACTS)}`,
    subject: 'Hello',
    message: `Your code is 482913, ${text}`,
  }
}

/** Tokens as long as FCM's. */
function push(text, number) {
  const token = `${text.startsWith('probe') ? 'probe' : 'other'}-${number % CONTACTS}-${'x'.repeat(140)}`
  return { title: 'Hello', body: `There is news, ${text}`, tokens: [token] }
}

function quantiles(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), most: at(1) }
}

function show({ samples, background, kinds, singles = null }) {
  const titleOf = (name) => KINDS.find((kind) => kind.name === name).title
  const measured = [
    ...kinds.map((kind) => ({ ...kind, title: titleOf(kind.name), goal: GOAL })),
    ...(singles === null ? [] : [{ ...singles, title: singlesTitle(singles), goal: SINGLES_GOAL }]),
  ]
  const cells = ({ p50, p90, p99, most }) => [p50, p90, p99, most].map((one) => one.toFixed(1))
  const rows = measured.flatMap(({ title, answered, called }) => [
    [`${title}: answered, on disk`, ...cells(answered)],
    [`${title}: at the provider`, ...cells(called)],
  ])
  return {
    tables: [{ head: ['ms from the request on', 'p50', 'p90', 'p99', 'most'], rows }],
    verdicts: measured.map(({ title, called, goal }) => ({
      goal: `${title}: p50 ≤ ${goal.p50Ms} ms, p99 ≤ ${goal.p99Ms} ms`,
      figure: `${called.p50.toFixed(1)} ms, ${called.p99.toFixed(1)} ms`,
      met: called.p50 <= goal.p50Ms && called.p99 <= goal.p99Ms,
    })),
    notes: [
      `${samples.toLocaleString('en')} messages, one at a time, a pause of up to ${PAUSE_MS} ms before each, beside ${background} others a second of the same kind.`,
      ...(singles === null ? [] : [singlesNote(singles)]),
      'Settings that differ from the defaults: AUTH=off, SMS_RATE_LIMIT_PER_MINUTE=0, LOG_LEVEL=silent; SMPP by one bind, without receipts.',
      'At the provider: its process has read the whole request. The clock is the machine’s own, the same for all.',
      ...kinds
        .filter(({ others }) => others.failed > 0)
        .map(({ name, others }) => `${name}: ${others.failed} of ${others.sent} others failed.`),
    ],
  }
}

function singlesTitle({ perSecond }) {
  return `${perSecond} pushes a second to one device each, where FCM answers after ${LATE_MS} ms`
}

function singlesNote({ perSecond, seconds }) {
  return `${perSecond} pushes a second: ${(perSecond * seconds).toLocaleString('en')} calls at an even pace, a push each, with FCM_RAMP_SECONDS=0 and FCM_MESSAGES_PER_MINUTE=6000000; so many wait for their answers at once that a node’s windows must be full of single pushes.`
}
