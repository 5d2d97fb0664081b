import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cpuSeconds, untilIdle } from '../cpu.mjs'
import { openPausing } from '../pausing.mjs'
import { startCeiling, startPostgres, startRoute, startTidings } from '../servers.mjs'
import { median, quotients, spreadText, whole } from '../table.mjs'

const LOAD = fileURLToPath(new URL('../load.mjs', import.meta.url))
const WARM_UP_SECONDS = 2
const DRAIN_TIMEOUT_MS = 20_000
const KEY_TIMEOUT_MS = 10_000

const GOALS = { ofRoute: 0.6, ofInsert: 3, p99OfRoute: 3 }

/** The most there is: nobody may do without. */
const SETTINGS = { SMS_RATE_LIMIT_PER_MINUTE: '1000000', WEBPUSH_VAPID_SUBJECT: 'mailto:bench@example.com' }

const NAMES = {
  stored: 'Tidings, committed to disk',
  tidings: 'Tidings, committed to disk and delivered',
  route: 'the same route, no database',
  ceiling: 'Fastify with the schema alone',
  insert: 'the same route, one INSERT a call',
  transaction: 'the same route, a transaction a call',
}

export const row = {
  name: 'accept',
  title: 'POST /smss, each answer after a commit to disk, beside the same route with other stores and with none',
  needs: { packages: ['pg'], programs: ['wrk'] },
  options: { rounds: 5, seconds: 3, connections: [64, 256] },
  measure,
  show,
}

/** In alternating rounds; the load's own process takes its share of the CPU from all alike. */
async function measure({ rounds, seconds, connections }, tell) {
  const { servers, stop } = await startAll()
  try {
    const parts = []
    for (const count of connections) {
      const results = Object.fromEntries(Object.keys(servers).map((name) => [name, []]))
      for (const server of Object.values(servers)) await round(server, WARM_UP_SECONDS, count)
      for (let number = 1; number <= rounds; number += 1) {
        for (const [name, server] of Object.entries(servers)) {
          const result = await round(server, seconds, count)
          results[name].push(result)
          tell(`${count} connections, round ${number} of ${rounds}: ${name} ${Math.round(result.perSecond)}/s`)
        }
      }
      parts.push(summary(count, results))
    }
    return { rounds, seconds, load: parts[0].results.stored[0].tool, settings: SETTINGS, parts }
  } finally {
    await stop()
  }
}

async function startAll() {
  const started = []
  const keep = (one) => (started.push(one), one)
  const stop = async () => {
    for (const one of started.toReversed()) await one.stop()
  }
  try {
    const tidings = keep(await startTidings(SETTINGS))
    const key = await firstKey(tidings.dataDir)
    const pausing = await openPausing({ ...tidings, key })
    keep({ stop: pausing.close })
    const stored = { ...tidings, pausing }
    const route = keep(await startRoute({ BENCH_KEY: key }))
    const ceiling = keep(await startCeiling())
    const { url, dataDir } = keep(await startPostgres())
    const withStore = (STORE) => startRoute({ BENCH_KEY: key, STORE, DATABASE_URL: url })
    const insert = { ...keep(await withStore('insert')), dataDir }
    const transaction = { ...keep(await withStore('transaction')), dataDir }
    const all = Object.entries({ stored, tidings, route, ceiling, insert, transaction })
    return { servers: Object.fromEntries(all.map(([name, server]) => [name, { ...server, key }])), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Made by the first start of a service that asks for keys, a moment after it is ready. */
async function firstKey(dataDir) {
  const file = join(dataDir, 'first-key')
  const deadline = performance.now() + KEY_TIMEOUT_MS
  while (!existsSync(file)) {
    if (performance.now() > deadline) throw new Error(`there was no ${file} within ${KEY_TIMEOUT_MS / 1000} s`)
    await delay(10)
  }
  return readFileSync(file, 'utf8').trim()
}

/** What is sent after a pause counts for nobody: each round begins with nothing that waits. */
async function round(server, seconds, connections) {
  await server.pausing?.begin()
  const result = await loadOnce(server, seconds, connections)
  await server.pausing?.end()
  await untilIdle(server, DRAIN_TIMEOUT_MS)
  return result
}

/** CPU is counted until the server is idle again: what was accepted is also handed over, where sending is not paused. */
async function loadOnce(server, seconds, connections) {
  await untilIdle(server, DRAIN_TIMEOUT_MS)
  const before = cpuSeconds(server)
  const env = { ...process.env, BENCH_KEY: server.key }
  const { stdout } = await promisify(execFile)(process.execPath, [LOAD, server.url, seconds, connections].map(String), {
    env,
  })
  const result = JSON.parse(stdout)
  const drainSeconds = await untilIdle(server, DRAIN_TIMEOUT_MS)
  const after = cpuSeconds(server)
  const micros = (part) => (before === null ? null : ((after[part] - before[part]) / result.answered) * 1_000_000)
  return { ...result, nodeMicros: micros('node'), postgresMicros: micros('postgres'), drainSeconds }
}

function summary(connections, results) {
  const beside = (peer, key) => quotients(results.stored, results[peer], key)
  return {
    connections,
    peers: Object.fromEntries(Object.entries(results).map(([name, rounds]) => [name, medians(rounds)])),
    ofRoute: beside('route', 'perSecond'),
    ofCeiling: beside('ceiling', 'perSecond'),
    ofInsert: beside('insert', 'perSecond'),
    ofTransaction: beside('transaction', 'perSecond'),
    p99OfRoute: beside('route', 'p99Ms'),
    sentOfRoute: quotients(results.tidings, results.route, 'perSecond'),
    results,
  }
}

function medians(rounds) {
  const of = (key) => (rounds[0][key] === null ? null : median(rounds.map((one) => one[key])))
  const sum = (key) => rounds.reduce((total, one) => total + one[key], 0)
  const keys = ['perSecond', 'p50Ms', 'p99Ms', 'nodeMicros', 'postgresMicros', 'drainSeconds']
  return {
    ...Object.fromEntries(keys.map((key) => [key, of(key)])),
    answered: sum('answered'),
    errors: sum('errors'),
  }
}

function show({ rounds, seconds, load, settings, parts }) {
  const set = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  return {
    tables: parts.map(tableOf),
    verdicts: parts.flatMap(verdictsOf),
    notes: [
      `Medians of ${rounds} alternating rounds of ${seconds} s, by ${load}; of quotients, the least and the most too.`,
      ...parts.map(
        ({ connections, ofCeiling, ofTransaction, sentOfRoute = null }) =>
          `At ${connections}: ${spreadText(ofCeiling)} of Fastify with the schema alone, ${spreadText(ofTransaction)} times a transaction a call${sentOfRoute === null ? '' : `; with what is delivered meanwhile ${spreadText(sentOfRoute)} of the route without a database`}.`,
      ),
      'The goals are judged by the first row of each table. What is committed to disk alone is measured with sending paused (`POST /pause`), because the other stores send nothing either: every check is made and every row written, with one more for each message, in the queue; after each round the service goes on until nothing waits, which counts for nobody. What is delivered as well is in the row `path`, too.',
      'All but Fastify alone check the API key and count the caller’s calls: Tidings in Postgres over all nodes, the others in memory.',
      'The other stores: pg, 20 connections, prepared statements, an embedded Postgres with the same settings; one index beside the key. The transaction is BEGIN, SELECT of the key, INSERT of the message, INSERT of its event, COMMIT: what an ORM sends, without the ORM. Neither of them sends anything.',
      `Settings that differ from the defaults: ${set.join(', ')}, LOG_LEVEL=silent (with a live way out the service asks for API keys; SMS are still captured).`,
    ],
  }
}

function tableOf({ connections, peers }) {
  const both = ({ nodeMicros, postgresMicros }) => (nodeMicros === null ? null : nodeMicros + postgresMicros)
  const cells = ([name, one]) => [
    NAMES[name],
    one.perSecond.toFixed(0),
    one.p50Ms.toFixed(1),
    one.p99Ms.toFixed(1),
    whole(one.nodeMicros),
    whole(one.postgresMicros),
    whole(both(one)),
    one.drainSeconds.toFixed(1),
    String(one.errors),
  ]
  return {
    title: `${connections} connections`,
    head: ['', 'messages/s', 'p50 ms', 'p99 ms', 'CPU µs: Node', 'Postgres', 'both', 'drained in s', 'errors'],
    rows: Object.entries(peers).map(cells),
  }
}

function verdictsOf({ connections, ofRoute, ofInsert, p99OfRoute }) {
  const at = `at ${connections} connections`
  return [
    {
      goal: `≥ ${GOALS.ofRoute.toFixed(2)} of the same route without a database, ${at}`,
      figure: spreadText(ofRoute),
      met: ofRoute.median >= GOALS.ofRoute,
    },
    {
      goal: `≥ ${GOALS.ofInsert} × one INSERT a call, ${at}`,
      figure: spreadText(ofInsert),
      met: ofInsert.median >= GOALS.ofInsert,
    },
    {
      goal: `p99 ≤ ${GOALS.p99OfRoute} × that of the route without a database, ${at}`,
      figure: spreadText(p99OfRoute),
      met: p99OfRoute.median <= GOALS.p99OfRoute,
    },
  ]
}
