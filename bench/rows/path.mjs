import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cpuSeconds, untilIdle } from '../cpu.mjs'
import { openDatabase } from '../database.mjs'
import { startRoute, startTidings } from '../servers.mjs'
import { median, quotients, spreadText, whole } from '../table.mjs'

const LOAD = fileURLToPath(new URL('../load.mjs', import.meta.url))
const WARM_UP_SECONDS = 3
const DRAIN_TIMEOUT_MS = 20_000

/** Of the route without a database. */
const GOAL = { perSecond: 0.5, micros: 2.2 }

export const row = {
  name: 'path',
  title:
    'From POST /smss to the outcome on record, by a provider that answers at once, beside the route without a database',
  needs: { programs: ['wrk'] },
  options: { rounds: 5, seconds: 4, connections: 64 },
  measure,
  show,
}

/** Counted is what is settled when the load’s process has ended, at most what it had answers to; the CPU is that of all there was, until the server is idle again. */
async function measure({ rounds, seconds, connections }, tell) {
  const tidings = await openTidings()
  const results = { tidings: [], route: [] }
  let route = null
  try {
    route = await startRoute()
    const servers = { tidings, route }
    for (const server of Object.values(servers)) await round(server, WARM_UP_SECONDS, connections)
    for (let number = 1; number <= rounds; number += 1) {
      for (const [name, server] of Object.entries(servers)) {
        const result = await round(server, seconds, connections)
        results[name].push(result)
        tell(`round ${number} of ${rounds}: ${name} ${Math.round(result.perSecond)}/s`)
      }
    }
  } finally {
    await route?.stop()
    await tidings.stop()
  }
  return { rounds, seconds, connections, results }
}

async function openTidings() {
  const server = await startTidings({ AUTH: 'off' })
  const database = await openDatabase(server.dataDir)
  return {
    ...server,
    mark: database.mark,
    countSettled: database.countSettled,
    async stop() {
      await database.close()
      await server.stop()
    },
  }
}

async function round(server, seconds, connections) {
  await untilIdle(server, DRAIN_TIMEOUT_MS)
  const before = { settled: await server.mark?.(), cpu: cpuSeconds(server) }
  const { stdout } = await promisify(execFile)(process.execPath, [LOAD, server.url, seconds, connections].map(String))
  const settled = (await server.countSettled?.()) - before.settled
  const load = JSON.parse(stdout)
  await untilIdle(server, DRAIN_TIMEOUT_MS)
  const cpu = cpuSeconds(server)
  const micros = (part) => (cpu === null ? null : ((cpu[part] - before.cpu[part]) * 1_000_000) / load.answered)
  const [node, postgres] = [micros('node'), micros('postgres')]
  // The load has ended a moment before it is asked: no more of it than was answered within its time.
  const share = server.mark === undefined ? 1 : Math.min(1, settled / load.answered)
  return {
    ...load,
    answeredPerSecond: load.perSecond,
    perSecond: load.perSecond * share,
    nodeMicros: node,
    postgresMicros: postgres,
    bothMicros: cpu === null ? null : node + postgres,
  }
}

function show({ rounds, seconds, connections, results }) {
  const of = (name, key) => (results[name][0][key] === null ? null : median(results[name].map((one) => one[key])))
  const cells = (name) => [
    ...['perSecond', 'answeredPerSecond'].map((key) => whole(of(name, key))),
    ...['p50Ms', 'p99Ms'].map((key) => of(name, key).toFixed(1)),
    ...['nodeMicros', 'postgresMicros', 'bothMicros'].map((key) => whole(of(name, key))),
    String(results[name].reduce((sum, one) => sum + one.errors, 0)),
  ]
  return {
    tables: [
      {
        head: ['', 'settled/s', 'answered/s', 'p50 ms', 'p99 ms', 'CPU µs: Node', 'Postgres', 'both', 'errors'],
        rows: [
          ['Tidings, settled', ...cells('tidings')],
          ['the same route, no database', ...cells('route')],
        ],
      },
    ],
    verdicts: verdictsOf(results),
    notes: [
      `Medians of ${rounds} alternating rounds of ${seconds} s, ${connections} connections of ${results.tidings[0].tool}.`,
      'Settled: the message has its last status and its attempt its row, on disk; it is counted as soon as the load has ended, at most what was answered. Of the route every answer counts. The CPU is that of Node and Postgres, until all is settled.',
      'Settings that differ from the defaults: AUTH=off, SMS_RATE_LIMIT_PER_MINUTE=0, LOG_LEVEL=silent.',
    ],
  }
}

function verdictsOf({ tidings, route }) {
  const speed = quotients(tidings, route, 'perSecond')
  const verdicts = [
    {
      goal: `≥ ${GOAL.perSecond} of the route in messages/s`,
      figure: spreadText(speed),
      met: speed.median >= GOAL.perSecond,
    },
  ]
  if (tidings[0].bothMicros === null) return verdicts
  const cost = quotients(tidings, route, 'bothMicros')
  return [
    ...verdicts,
    { goal: `≤ ${GOAL.micros} × the CPU of the route`, figure: spreadText(cost), met: cost.median <= GOAL.micros },
  ]
}
