import { readFileSync } from 'node:fs'
import type { Cluster } from './cluster.ts'

/** A hundredth of a second: USER_HZ as every Linux shows it. Source: proc(5), /proc/pid/stat. */
const TICK_MS = 10

/** Where the fields of /proc/pid/stat stand behind the name of the program: utime, stime, and those of children that have ended. */
const OWN = [11, 12]
const CHILDREN = [13, 14]

/** CPU used so far, in milliseconds. */
export interface Cpu {
  readonly nodes: number
  readonly postgres: number
}

/** What the nodes and Postgres have used so far (Linux). All nodes must be up. */
export function cpuOf({ nodes, postgres }: Cluster): Cpu {
  const [postmaster, ...backends] = postgres.pids()
  const own = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + ticksOf(pid, OWN), 0) * TICK_MS
  // A backend that has ended is counted with the postmaster's children.
  const ended = postmaster === undefined ? 0 : ticksOf(postmaster, [...OWN, ...CHILDREN]) * TICK_MS
  return { nodes: own(nodes.flatMap((node) => node.pid() ?? [])), postgres: own(backends) + ended }
}

/** What was used between two looks, for each of so many messages. */
export function cpuBetween(before: Cpu, after: Cpu, messages: number): Cpu {
  return {
    nodes: (after.nodes - before.nodes) / messages,
    postgres: (after.postgres - before.postgres) / messages,
  }
}

/** 0 of a process that is gone. */
function ticksOf(pid: number, fields: readonly number[]): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields.reduce((sum, field) => sum + Number(words[field] ?? 0), 0)
  } catch {
    return 0
  }
}
