import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cpuSeconds, untilIdle } from '../cpu.mjs'
import { newDirectory, startTidings } from '../servers.mjs'
import { startSmsc } from '../smsc-process.mjs'
import { median, quotients, spreadText } from '../table.mjs'

const GOAL = 1.1

const MESSAGES = 10_000
const WARM_UP_SECONDS = 3
/** Together, whatever the number of nodes: as many as the largest has nodes, at least. */
const BINDS = 4
const WINDOW = 100
const LOOK_MS = 50
const DRAIN_TIMEOUT_MS = 60_000

const PARTS = { steady: 'at the same rate', full: 'at as much as they can' }

export const row = {
  name: 'nodes',
  title: 'what messages cost on 1, 2 and 4 nodes of one Postgres, from HTTP over SMPP to the receipt',
  options: { rounds: 5, seconds: 5, perSecond: 800, connections: 64, nodes: [1, 2, 4] },
  needs: { programs: ['wrk'] },
  measure,
  show,
}

/** All of them run all the time, and are loaded by turns. */
async function measure({ rounds, seconds, perSecond, connections, nodes }, tell) {
  const services = []
  const results = nodes.map((count) => ({ nodes: count, steady: [], full: [] }))
  const loads = {
    steady: (urls) => runLoad('steady.mjs', [perSecond, seconds, ...urls]),
    full: (urls) => loadFully(urls, seconds, connections),
  }
  try {
    for (const count of nodes) services.push(await openService(count, tell))
    for (const service of services) await warmUp(service, connections)
    for (let number = 1; number <= rounds; number += 1) {
      for (const turn of nodes.keys()) {
        const which = (turn + number) % nodes.length
        for (const part of Object.keys(PARTS)) {
          const result = await loadOnce(services[which], loads[part])
          results[which][part].push(result)
          tell(`round ${number} of ${rounds}: ${nodes[which]} nodes ${PARTS[part]}: ${told(result)}`)
        }
      }
    }
  } finally {
    for (const service of services) await service.close()
  }
  return { rounds, seconds, perSecond, connections, results }
}

/** So many nodes, with a Postgres and an SMSC of their own. */
async function openService(count, tell) {
  const { startEmbedded } = await import('../../dist/embedded/postgres.js')
  const directory = newDirectory()
  const dataDir = join(directory, 'data')
  const opened = [async () => rmSync(directory, { recursive: true, force: true })]
  const close = async () => {
    for (const end of opened.splice(0).toReversed()) await end()
  }
  try {
    const postgres = await startEmbedded({ dataDir, onRestart: tell })
    opened.push(() => postgres.stop())
    const smsc = await startSmsc()
    opened.push(() => smsc.stop())
    const servers = []
    const query = `binds=${Math.max(BINDS, count)}&window=${WINDOW}&from=15005550006&receipts=all`
    const settings = {
      DATABASE_URL: postgres.url,
      SMPP_URL: `smpp://bench:bench@127.0.0.1:${smsc.port}?${query}`,
      AUTH: 'off',
    }
    for (let node = 0; node < count; node += 1) {
      const server = await startTidings(settings)
      opened.push(() => server.stop())
      servers.push({ ...server, dataDir })
    }
    return { servers, smsc, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Code that is not compiled yet may be too slow for some calls: they count for nothing. */
function warmUp(service, connections) {
  return loadOnce(service, async (urls) => ({ ...(await loadFully(urls, WARM_UP_SECONDS, connections)), errors: 0 }))
}

/** CPU is counted until the last receipt was taken and all are idle again. */
async function loadOnce({ servers, smsc }, load) {
  await smsc.begin(true)
  const [before, began] = [cpuOf(servers), performance.now()]
  const { answered, errors, p99Ms } = await load(servers.map(({ url }) => url))
  if (errors > 0) throw new Error(`${errors} of ${answered + errors} calls were not answered as they should be`)
  await untilTaken(smsc, answered)
  const perSecond = (answered * 1_000) / (performance.now() - began)
  for (const server of servers) await untilIdle(server, DRAIN_TIMEOUT_MS)
  const after = cpuOf(servers)
  const seconds = (part) => (before === null ? null : ((after[part] - before[part]) / answered) * MESSAGES)
  const [node, postgres] = [seconds('node'), seconds('postgres')]
  return { answered, perSecond, p99Ms, node, postgres, both: before === null ? null : node + postgres }
}

/** Seconds so far, of all nodes and of their Postgres; null where that can't be known. */
function cpuOf(servers) {
  const all = servers.map(cpuSeconds)
  if (all.includes(null)) return null
  return { node: all.reduce((sum, { node }) => sum + node, 0), postgres: all.at(-1).postgres }
}

async function untilTaken(smsc, messages) {
  const deadline = performance.now() + DRAIN_TIMEOUT_MS
  for (let { acknowledged } = await smsc.count(); acknowledged < messages; { acknowledged } = await smsc.count()) {
    if (performance.now() > deadline) throw new Error(`${messages - acknowledged} of ${messages} receipts are missing`)
    await delay(LOOK_MS)
  }
}

/** The connections are divided among the nodes. */
async function loadFully(urls, seconds, connections) {
  const each = Math.ceil(connections / urls.length)
  const loads = await Promise.all(urls.map((url) => runLoad('load.mjs', [url, seconds, each])))
  const sum = (key) => loads.reduce((total, load) => total + load[key], 0)
  return { answered: sum('answered'), errors: sum('errors'), p99Ms: Math.max(...loads.map(({ p99Ms }) => p99Ms)) }
}

async function runLoad(script, args) {
  const file = fileURLToPath(new URL(`../${script}`, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args.map(String)])
  return JSON.parse(stdout)
}

function told({ perSecond, both }) {
  return `${perSecond.toFixed(0)}/s, ${both?.toFixed(2) ?? '–'} CPU s for ${MESSAGES.toLocaleString('en')}`
}

function show({ rounds, seconds, perSecond, connections, results }) {
  const [first, ...others] = results
  const known = first.steady.every(({ both }) => both !== null)
  const parts = Object.keys(PARTS)
  return {
    tables: parts.map((part) => partTable(part, results)),
    verdicts: parts.flatMap((part) => others.map((other) => verdictOf(part, first, other, known))),
    notes: [
      `Medians of ${rounds} rounds of ${seconds} s, all of them running side by side and loaded by turns; CPU until the last receipt was taken and all are idle.`,
      `The same rate is ${perSecond} messages a second, offered whatever becomes of them; for as much as they can ${connections} connections are divided among the nodes.`,
      'All share the cores of this machine with each other, the load and the SMSC.',
      `Settings that differ from the defaults: AUTH=off, SMS_RATE_LIMIT_PER_MINUTE=0, LOG_LEVEL=silent; ${BINDS} binds, a window of ${WINDOW}, receipts for all.`,
    ],
  }
}

function partTable(part, results) {
  const first = results[0]
  const middle = (all, key, digits) =>
    all.some((one) => one[key] === null) ? '–' : median(all.map((one) => one[key])).toFixed(digits)
  return {
    head: [PARTS[part], 'messages/s', 'p99 ms', 'CPU s for 10,000: Node', 'Postgres', 'both', 'of one node'],
    rows: results.map((one) => [
      `${one.nodes} ${one.nodes === 1 ? 'node' : 'nodes'}`,
      middle(one[part], 'perSecond', 0),
      middle(one[part], 'p99Ms', 1),
      middle(one[part], 'node', 2),
      middle(one[part], 'postgres', 2),
      middle(one[part], 'both', 2),
      one === first ? '' : spreadText(quotients(one[part], first[part], 'both')),
    ]),
  }
}

function verdictOf(part, first, other, known) {
  const ratio = quotients(other[part], first[part], 'both')
  return {
    goal: `CPU of a message on ${other.nodes} nodes ${PARTS[part]} ≤ ${GOAL} × on ${first.nodes}`,
    figure: known ? `${spreadText(ratio)} ×` : 'CPU can’t be counted here',
    met: known ? ratio.median <= GOAL : null,
  }
}
