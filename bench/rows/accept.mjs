import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cpuSeconds, untilIdle } from '../cpu.mjs'
import { startCeiling, startRoute, startTidings } from '../servers.mjs'
import { median, quotients, spreadText, whole } from '../table.mjs'

const LOAD = fileURLToPath(new URL('../load.mjs', import.meta.url))
const WARM_UP_SECONDS = 3
const DRAIN_TIMEOUT_MS = 20_000

export const row = {
  name: 'accept',
  title: 'POST /smss, each answer after a commit to disk, beside the same route without a database',
  needs: { programs: ['wrk'] },
  options: { rounds: 5, seconds: 4, connections: 64 },
  measure: measureAccept,
  show,
}

/**
 * How many messages a second POST /smss accepts (each answer after a commit to disk) and hands to the sandbox, beside `route`: the same
 * route with the same checks and no database, and beside `ceiling`: Fastify with the schema alone. On the same machine in alternating
 * rounds; the load's own process takes its share of the CPU from all alike.
 */
async function measureAccept({ rounds, seconds, connections }, tell) {
  const servers = await startAll()
  const results = { tidings: [], route: [], ceiling: [] }
  try {
    for (const server of Object.values(servers)) await round(server, WARM_UP_SECONDS, connections)
    for (let number = 1; number <= rounds; number += 1) {
      for (const [name, server] of Object.entries(servers)) {
        const result = await round(server, seconds, connections)
        results[name].push(result)
        tell(`round ${number} of ${rounds}: ${name} ${Math.round(result.perSecond)}/s`)
      }
    }
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()))
  }
  return summary(results, { rounds, seconds, connections })
}

async function startAll() {
  const started = {}
  try {
    started.tidings = await startTidings()
    started.route = await startRoute()
    started.ceiling = await startCeiling()
    return started
  } catch (error) {
    await Promise.all(Object.values(started).map((server) => server.stop()))
    throw error
  }
}

/** CPU is counted until the server is idle again: what was accepted is also handed over. */
async function round(server, seconds, connections) {
  const before = measure(server)
  const { stdout } = await promisify(execFile)(process.execPath, [LOAD, server.url, seconds, connections].map(String))
  const result = JSON.parse(stdout)
  const drainSeconds = await untilIdle(server, DRAIN_TIMEOUT_MS)
  const after = measure(server)
  const perMessage = (part) =>
    before.server === null ? null : ((after.server[part] - before.server[part]) / result.answered) * 1_000_000
  return {
    ...result,
    nodeMicros: perMessage('node'),
    postgresMicros: perMessage('postgres'),
    drainSeconds,
  }
}

function measure(server) {
  return { server: cpuSeconds(server) }
}

function summary(results, settings) {
  return {
    ...settings,
    load: results.tidings[0].tool,
    tidings: medians(results.tidings),
    route: medians(results.route),
    ceiling: medians(results.ceiling),
    ofRoute: quotients(results.tidings, results.route, 'perSecond'),
    ofCeiling: quotients(results.tidings, results.ceiling, 'perSecond'),
    results,
  }
}

function medians(rounds) {
  const of = (key) => median(rounds.map((one) => one[key]))
  const sum = (key) => rounds.reduce((total, one) => total + one[key], 0)
  return {
    perSecond: of('perSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    nodeMicros: rounds[0].nodeMicros === null ? null : of('nodeMicros'),
    postgresMicros: rounds[0].postgresMicros === null ? null : of('postgresMicros'),
    drainSeconds: of('drainSeconds'),
    answered: sum('answered'),
    errors: sum('errors'),
  }
}

function show({ rounds, seconds, connections, load, tidings, route, ceiling, ofRoute, ofCeiling }) {
  const cells = (name, one) => [
    name,
    one.perSecond.toFixed(0),
    one.p50Ms.toFixed(1),
    one.p99Ms.toFixed(1),
    whole(one.nodeMicros),
    whole(one.postgresMicros),
    one.drainSeconds.toFixed(1),
    String(one.errors),
  ]
  return {
    tables: [
      {
        head: ['', 'messages/s', 'p50 ms', 'p99 ms', 'CPU µs: Node', 'Postgres', 'drained in s', 'errors'],
        rows: [
          cells('Tidings, committed to disk and delivered', tidings),
          cells('the same route, no database', route),
          cells('Fastify with the schema alone', ceiling),
        ],
      },
    ],
    verdicts: [
      { goal: '≥ 0.60 of the same route without a database', figure: spreadText(ofRoute), met: ofRoute.median >= 0.6 },
    ],
    notes: [
      `Medians of ${rounds} alternating rounds of ${seconds} s, ${connections} connections of ${load}.`,
      `${spreadText(ofCeiling)} of Fastify with the schema alone.`,
      'Settings that differ from the defaults: SMS_RATE_LIMIT_PER_MINUTE=0.',
    ],
  }
}
