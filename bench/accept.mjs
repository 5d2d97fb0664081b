import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cpuSeconds, untilIdle } from './cpu.mjs'
import { startCeiling, startTidings } from './servers.mjs'
import { median } from './table.mjs'

const LOAD = fileURLToPath(new URL('load.mjs', import.meta.url))
const WARM_UP_SECONDS = 3
const DRAIN_TIMEOUT_MS = 20_000

/**
 * How many messages a second POST /smss accepts (each answer after a commit to disk), beside the same route with nothing behind
 * it, on the same machine in alternating rounds. The load's own process takes its share of the CPU from both alike.
 */
export async function measureAccept({ rounds, seconds, connections }, tell) {
  const servers = await startBoth()
  const results = { tidings: [], ceiling: [] }
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

async function startBoth() {
  const tidings = await startTidings()
  try {
    return { tidings, ceiling: await startCeiling() }
  } catch (error) {
    await tidings.stop()
    throw error
  }
}

/** CPU is counted until the server is idle again: what was accepted is also handed over. */
async function round(server, seconds, connections) {
  const before = cpuSeconds(server)
  const { stdout } = await promisify(execFile)(process.execPath, [LOAD, server.url, seconds, connections].map(String))
  const result = JSON.parse(stdout)
  const drainSeconds = await untilIdle(server, DRAIN_TIMEOUT_MS)
  const after = cpuSeconds(server)
  const perMessage = (part) => (before === null ? null : ((after[part] - before[part]) / result.answered) * 1_000_000)
  return { ...result, nodeMicros: perMessage('node'), postgresMicros: perMessage('postgres'), drainSeconds }
}

function summary(results, settings) {
  const ratios = results.tidings.map(({ perSecond }, index) => perSecond / results.ceiling[index].perSecond)
  return {
    row: 'accept',
    ...settings,
    tidings: medians(results.tidings),
    ceiling: medians(results.ceiling),
    ratio: { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) },
    rounds: results,
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
