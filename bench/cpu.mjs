import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Linux counts CPU time in hundredths of a second for every program, whatever its own clock: proc(5), USER_HZ. */
const TICKS_PER_SECOND = 100
const IDLE_CHECK_MS = 300
const IDLE_SECONDS = 0.03

/**
 * Seconds of CPU that a server has used so far: `node` for its process, `postgres` for its database with all below it, wherever in
 * the tree of processes that is. Null where there is no /proc.
 */
export function cpuSeconds({ pid, dataDir }) {
  if (!existsSync('/proc/self/stat')) return null
  const all = readProcesses()
  const roots = dataDir === null ? [] : postmasters(dataDir)
  const database = new Set(roots.flatMap((root) => [root, ...descendants(all, root)]))
  const others = [pid, ...descendants(all, pid)].filter((one) => !database.has(one))
  return { node: secondsOf(all, others), postgres: secondsOf(all, [...database]) }
}

/**
 * Seconds of CPU that the whole machine has used, with those that other machines on the same hardware took from it, and this process
 * with the programs it ran and waited for; null without /proc.
 */
export function machineSeconds() {
  if (!existsSync('/proc/self/stat')) return null
  const [, user, nice, system, , , irq, softirq, stolen = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]
    .split(/\s+/)
    .map(Number)
  return {
    all: (user + nice + system + irq + softirq + stolen) / TICKS_PER_SECOND,
    own: readProcess(process.pid).seconds,
  }
}

/** Resolves when the server has finished what it was given, so that it takes nothing from the next in turn. */
export async function untilIdle(server, timeoutMs) {
  const began = performance.now()
  let before = total(server)
  while (before !== null && performance.now() - began < timeoutMs) {
    await delay(IDLE_CHECK_MS)
    const after = total(server)
    if (after - before <= IDLE_SECONDS) break
    before = after
  }
  return (performance.now() - began - IDLE_CHECK_MS) / 1000
}

function total(server) {
  const used = cpuSeconds(server)
  return used === null ? null : used.node + used.postgres
}

function secondsOf(all, ids) {
  return ids.reduce((seconds, id) => seconds + (all.get(id)?.seconds ?? 0), 0)
}

function descendants(all, root) {
  const children = [...all].filter(([, { parent }]) => parent === root).map(([child]) => child)
  return children.flatMap((child) => [child, ...descendants(all, child)])
}

function postmasters(directory) {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('postmaster.pid'))
    .map((file) => Number(readFileSync(join(directory, file), 'utf8').split('\n', 1)[0]))
}

/** Every process by its id. Time of children that have ended counts for their parent, which has waited for them. */
function readProcesses() {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return new Map(ids.map((id) => [Number(id), readProcess(id)]).filter(([, found]) => found !== null))
}

function readProcess(id) {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8')
    // The name, in brackets, may hold blanks. After it: state, parent, … and as 12th to 15th utime, stime, cutime, cstime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return { parent: Number(fields[1]), seconds: ticks / TICKS_PER_SECOND }
  } catch {
    // It ended while we read.
    return null
  }
}
