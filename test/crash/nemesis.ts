import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../support/until.ts'
import type { Cluster } from './cluster.ts'
import type { Journal } from './journal.ts'

export interface Nemesis {
  /** Random nodes, each at its time, in milliseconds since the load began. */
  readonly nodes: readonly { readonly atMs: number; readonly index: number }[]
  /** Milliseconds after a node took a part of the push: that node. */
  readonly holderAfterMs: number
  readonly postgresAtMs: number
}

export interface NemesisParts {
  readonly cluster: Cluster
  readonly journal: Journal
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The process that holds most of the push; null while none does. */
  readonly askHolder: () => Promise<number | null>
}

/** Once the push is taken by a node, it is under way for about this long. */
const PUSH_MS = 1_500

/** How long a push may wait for a node that takes it, while others die around it. */
const HOLDER_MS = 60_000

/** `kills` nodes, one of them while it holds the push, and Postgres once. `chance` is 0 <= n < 1. */
export function plotKills(kills: number, nodes: number, overMs: number, chance: () => number): Nemesis {
  return {
    nodes: Array.from({ length: kills - 1 }, () => ({ atMs: overMs * chance(), index: Math.floor(chance() * nodes) })),
    holderAfterMs: PUSH_MS * chance(),
    postgresAtMs: overMs * (0.1 + 0.8 * chance()),
  }
}

/** Resolves when all of it is done. */
export async function haunt(plot: Nemesis, parts: NemesisParts): Promise<void> {
  await Promise.all([
    ...plot.nodes.map(async ({ atMs, index }) => {
      await delay(atMs)
      await killNode(parts, index)
    }),
    killHolder(parts, plot.holderAfterMs),
    killPostgres(parts, plot.postgresAtMs),
  ])
}

/** This one, or the next that is up. */
async function killNode({ cluster, journal, now }: NemesisParts, index: number): Promise<void> {
  const order = cluster.nodes.map((_, offset) => cluster.nodes[(index + offset) % cluster.nodes.length])
  const victim = await until(() => order.find((node) => node?.pid() !== null))
  const at = now()
  const pid = await victim.kill()
  if (pid !== null) journal.write({ kind: 'killed', at, what: 'node', pids: [pid] })
}

async function killHolder(parts: NemesisParts, afterMs: number): Promise<void> {
  await until(() => parts.askHolder(), HOLDER_MS)
  await delay(afterMs)
  const pid = await parts.askHolder()
  const index = parts.cluster.nodes.findIndex((node) => node.pid() === pid)
  await killNode(parts, Math.max(index, 0))
}

async function killPostgres({ cluster, journal, now }: NemesisParts, atMs: number): Promise<void> {
  await delay(atMs)
  const at = now()
  journal.write({ kind: 'killed', at, what: 'postgres', pids: cluster.postgres.kill() })
}
