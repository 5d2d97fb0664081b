import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cpuSeconds, machineSeconds, untilIdle } from './cpu.mjs'
import { startCeiling, startRoute, startTidings } from './servers.mjs'
import { median } from './table.mjs'

const LOAD = fileURLToPath(new URL('load.mjs', import.meta.url))
const WARM_UP_SECONDS = 3
const DRAIN_TIMEOUT_MS = 20_000

/**
 * How many messages a second POST /smss accepts (each answer after a commit to disk) and hands to the sandbox, beside `route`: the same
 * route with the same checks and no database, and beside `ceiling`: Fastify with the schema alone. On the same machine in alternating
 * rounds; the load's own process takes its share of the CPU from all alike.
 */
export async function measureAccept({ rounds, seconds, connections }, tell) {
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
    others: others(before, after),
  }
}

function measure(server) {
  return { at: performance.now(), server: cpuSeconds(server), machine: machineSeconds() }
}

/** How many cores were busy with what is neither the server nor its load; null where that can't be known. */
function others(before, after) {
  if (before.machine === null) return null
  const spent = (part) => after.machine[part] - before.machine[part]
  const server = after.server.node + after.server.postgres - before.server.node - before.server.postgres
  return Math.max(0, ((spent('all') - spent('own') - server) * 1000) / (after.at - before.at))
}

function summary(results, settings) {
  return {
    row: 'accept',
    ...settings,
    load: results.tidings[0].tool,
    tidings: medians(results.tidings),
    route: medians(results.route),
    ceiling: medians(results.ceiling),
    ofRoute: ratios(results.tidings, results.route),
    ofCeiling: ratios(results.tidings, results.ceiling),
    others:
      results.tidings[0].others === null
        ? null
        : median(
            Object.values(results)
              .flat()
              .map((one) => one.others),
          ),
    rounds: results,
  }
}

function ratios(ours, theirs) {
  const all = ours.map(({ perSecond }, index) => perSecond / theirs[index].perSecond)
  return { median: median(all), least: Math.min(...all), most: Math.max(...all) }
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
