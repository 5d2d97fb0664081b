import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Cluster } from './cluster.ts'

const TASKSET = '/usr/bin/taskset'

/** Why it can't be; null: it can. */
export function lacksCores(): string | null {
  if (!existsSync(TASKSET)) return 'taskset is not installed'
  return availableParallelism() < 2 ? 'there is one core' : null
}

/**
 * Nodes and Postgres on the first core, everybody else keeps the rest. So that a message costs what is done for it: where more
 * processes than cores take turns, and two cores share what they remember, each of them is slower for that alone.
 */
export function onOneCore({ nodes, postgres }: Cluster): void {
  for (const pid of [...nodes.flatMap((node) => node.pid() ?? []), ...postgres.pids()]) pin(pid, '0')
}

/** Nodes and Postgres on the first core, this process and the look-alikes on the second, until what is returned is called. */
export function apart(cluster: Cluster): () => void {
  // Counted before: a pinned process is told of its own cores only.
  const all = `0-${availableParallelism() - 1}`
  onOneCore(cluster)
  const others = [process.pid, ...cluster.lookAlikes]
  for (const pid of others) pin(pid, '1')
  return () => pin(process.pid, all)
}

function pin(pid: number, cores: string): void {
  execFileSync(TASKSET, ['--all-tasks', '--cpu-list', '--pid', cores, String(pid)], { stdio: 'ignore' })
}
