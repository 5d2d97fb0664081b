import { fork } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { cpuSeconds, untilIdle } from '../cpu.mjs'
import { openDatabase } from '../database.mjs'
import { COMMON, contactOf, untilNone } from '../peers/queue-history.mjs'
import { newDirectory, startTidings } from '../servers.mjs'
import { median } from '../table.mjs'

const OURS = 'tidings'
/** `alike`: it gathers what is sent at the same time into one statement, which its own API does not. */
const PEERS = [
  { id: 'graphile-worker', name: 'graphile-worker', title: 'graphile-worker 0.17' },
  { id: 'graphile-worker-gathered', name: 'graphile-worker', title: 'graphile-worker, gathered', alike: true },
  { id: 'pg-boss', name: 'pg-boss', title: 'pg-boss 10' },
  { id: 'bullmq', name: 'bullmq', title: 'BullMQ on Redis' },
  { id: 'bullmq-gathered', name: 'bullmq', title: 'BullMQ, gathered', alike: true },
  { id: 'jetstream', name: 'jetstream', title: 'JetStream of NATS, gathered', alike: true },
]
const TITLES = {
  [OURS]: 'Tidings, by POST /smss/batch',
  ...Object.fromEntries(PEERS.map(({ id, title }) => [id, title])),
}
const TIMEOUT_MS = 120_000
const IDLE_MS = 20_000
const GOAL = 3

export const row = {
  name: 'queue',
  title: 'Messages queued, taken, settled and on record, beside other queues that write the same record',
  options: { rounds: 5, messages: 10_000 },
  needs: { packages: ['graphile-worker', 'pg-boss', 'bullmq', 'nats'], programs: ['redis-server', 'nats-server'] },
  measure,
  show,
}

/**
 * From the first message that is handed in to the last that is settled, with its history in Postgres, by a provider that answers at once: ours
 * takes them by HTTP, the others by a call in their own process. Each on a fresh Postgres of its own with the same settings. By turns.
 */
async function measure({ rounds, messages }, tell) {
  const { servers, missing } = await startAll(tell)
  const results = Object.fromEntries(Object.keys(servers).map((name) => [name, []]))
  try {
    for (const server of Object.values(servers)) await round(server, messages)
    for (let number = 1; number <= rounds; number += 1) {
      for (const [name, server] of Object.entries(servers)) {
        const result = await round(server, messages)
        results[name].push(result)
        tell(`round ${number} of ${rounds}: ${name} ${Math.round(result.perSecond)}/s`)
      }
    }
  } finally {
    await stopAll(servers)
  }
  return { rounds, messages, missing, results }
}

async function startAll(tell) {
  const servers = {}
  const missing = {}
  try {
    servers[OURS] = await openTidings()
    for (const one of PEERS) {
      const peer = await openPeer(one)
      if (peer.missing === null) servers[one.id] = peer
      else missing[one.id] = peer.missing
    }
  } catch (error) {
    await stopAll(servers)
    throw error
  }
  for (const [name, why] of Object.entries(missing)) tell(`${name}: ${why}`)
  return { servers, missing }
}

async function stopAll(servers) {
  for (const server of Object.values(servers)) await server.stop()
}

async function round(server, messages) {
  await untilIdle(server, IDLE_MS)
  const before = cpuSeconds(server)
  const { enqueueSeconds, seconds } = await server.run(messages)
  const after = cpuSeconds(server)
  const micros = (part) => (before === null ? null : ((after[part] - before[part]) * 1_000_000) / messages)
  const [node, postgres] = [micros('node'), micros('postgres')]
  return {
    enqueuePerSecond: messages / enqueueSeconds,
    perSecond: messages / seconds,
    nodeMicros: node,
    postgresMicros: postgres,
    bothMicros: before === null ? null : node + postgres,
  }
}

async function openTidings() {
  const server = await startTidings({ AUTH: 'off' })
  const database = await openDatabase(server.dataDir)
  return {
    ...server,
    async run(messages) {
      const all = (await database.mark()) + messages
      const began = performance.now()
      await enqueue(server.url, messages)
      const enqueued = performance.now()
      await untilNone(async () => all - (await database.countSettled()), TIMEOUT_MS)
      const now = performance.now()
      return { enqueueSeconds: (enqueued - began) / 1_000, seconds: (now - began) / 1_000 }
    },
    async stop() {
      await database.close()
      await server.stop()
    },
  }
}

/** One stream of lines, as fast as it is taken. */
function enqueue(url, messages) {
  const headers = { 'content-type': 'application/x-ndjson' }
  return new Promise((resolve, reject) => {
    const call = request(`${url}/smss/batch`, { method: 'POST', headers }, (answer) => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 200) resolve()
        else reject(new Error(`The batch was answered ${answer.statusCode}`))
      })
    })
    call.once('error', reject)
    call.write(`${JSON.stringify(COMMON)}\n`)
    void writeLines(call, messages)
  })
}

async function writeLines(call, messages) {
  for (let from = 0; from < messages; from += 500) {
    const count = Math.min(500, messages - from)
    const lines = Array.from({ length: count }, (_, index) => `{"contact":"${contactOf(from + index)}"}\n`)
    if (!call.write(lines.join(''))) await once(call, 'drain')
  }
  call.end()
}

/** `missing`: why it can not be measured; null: it can. */
async function openPeer({ name, alike = false }) {
  const directory = newDirectory()
  const dataDir = join(directory, 'data')
  const child = fork(
    fileURLToPath(new URL('../peers/queue.mjs', import.meta.url)),
    [name, dataDir, ...(alike ? ['gathered'] : [])],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  )
  const stop = async () => {
    const ended = once(child, 'exit')
    child.send({ messages: 0 })
    await ended
    rmSync(directory, { recursive: true, force: true })
  }
  const { missing } = await messageOf(child, name)
  if (missing !== null) await stop()
  const run = (messages) => {
    child.send({ messages })
    return messageOf(child, name)
  }
  return { pid: child.pid, dataDir, missing, run, stop }
}

async function messageOf(child, name) {
  const ended = new AbortController()
  try {
    const [message] = await Promise.race([
      once(child, 'message', ended),
      once(child, 'exit', ended).then(([code]) => {
        throw new Error(`${name} ended with code ${code}`)
      }),
    ])
    return message
  } finally {
    ended.abort()
  }
}

function show({ rounds, messages, missing, results }) {
  const names = Object.keys(results)
  const of = (name, key) => median(results[name].map((one) => one[key]))
  const cell = (value) => (value === null ? '–' : Math.round(value).toLocaleString('en'))
  const micros = ['nodeMicros', 'postgresMicros', 'bothMicros']
  const cells = (name) =>
    ['perSecond', 'enqueuePerSecond', ...micros].map((key) =>
      cell(results[name][0][key] === null ? null : of(name, key)),
    )
  return {
    tables: [
      {
        head: ['', 'messages/s', 'queued/s', 'CPU µs: Node', 'Postgres', 'both'],
        rows: names.map((name) => [TITLES[name], ...cells(name)]),
      },
    ],
    verdicts: verdictsOf(results, of),
    notes: notesOf({ rounds, messages, missing }),
  }
}

/** Beside whichever is best in the medians of all rounds; both figures of one round. */
function verdictsOf(results, of) {
  const peers = PEERS.filter(({ id }) => id in results)
  const plain = peers.filter(({ alike }) => alike !== true)
  return [
    ...verdictsBeside(plain, 'that write by their own API', results, of),
    ...verdictsBeside(peers, 'that gather too', results, of),
  ]
}

function verdictsBeside(peers, which, results, of) {
  const best = (key, sign) => peers.map(({ id }) => id).toSorted((a, b) => sign * (of(b, key) - of(a, key)))[0]
  const fastest = best('perSecond', 1)
  const speed = results[OURS].map((one, i) => one.perSecond / results[fastest][i].perSecond)
  const verdicts = [verdict(`messages/s, those ${which}`, fastest, speed)]
  if (results[OURS][0].bothMicros === null) return verdicts
  const leanest = best('bothMicros', -1)
  const less = results[OURS].map((one, i) => results[leanest][i].bothMicros / one.bothMicros)
  return [...verdicts, verdict(`messages for the same CPU, those ${which}`, leanest, less)]
}

function verdict(what, peer, ratios) {
  const [middle, least, most] = [median(ratios), Math.min(...ratios), Math.max(...ratios)].map((one) => one.toFixed(2))
  return {
    goal: `≥ ${GOAL} × the best of them in ${what}`,
    figure: `${middle} × ${TITLES[peer]} (${least} to ${most})`,
    met: median(ratios) >= GOAL,
  }
}

function notesOf({ rounds, messages, missing }) {
  return [
    `Medians of ${rounds} alternating rounds of ${messages.toLocaleString('en')} messages, after one that is not counted.`,
    'Ours takes them by HTTP, with every check, looks up contacts, moves their status on and keeps them for other nodes to find; the others get them from their own process, and write the same two rows a message: one when it is queued, a thousand in a statement, and one when it is sent.',
    'Settings of ours that differ from the defaults: AUTH=off, SMS_RATE_LIMIT_PER_MINUTE=0, LOG_LEVEL=silent.',
    'Gathered: sent messages share a statement, as in ours; the libraries have no such thing, so whoever uses them would have to write it. pg-boss hands over batches, and writes a statement for each.',
    'One job a message. graphile-worker: local queue of 1,000, 200 jobs at once, completed in batches; pg-boss: four workers with batches of 500, told to look again at once; BullMQ: 500 at once; JetStream: 2,000 unacknowledged.',
    'Ours and the two on Postgres are on disk when queued. Redis writes to disk once a second, JetStream every two minutes: their usual settings, which promise less. What Redis and NATS use stands under Node.',
    ...Object.entries(missing).map(([name, why]) => `${TITLES[name]}: ${why}.`),
  ]
}
