import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../support/until.ts'
import type { Cluster } from './cluster.ts'
import type { Journal } from './journal.ts'

export interface Nemesis {
  /** Random nodes, each at its time, in milliseconds since the load began. */
  readonly nodes: readonly { readonly atMs: number; readonly index: number }[]
  /** The node that holds most of the push, once this share of it was taken by the push service; another one if nobody holds it. */
  readonly holder: { readonly atShare: number; readonly index: number }
  readonly postgresAtMs: number
}

export interface NemesisParts {
  readonly cluster: Cluster
  readonly journal: Journal
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The process that holds most of the push; null while none does. */
  readonly askHolder: () => Promise<number | null>
  /** What share of the push was taken so far. */
  readonly pushedShare: () => number
}

/** How long the push may take to come that far, while others die around it. */
const PUSH_MS = 90_000

/** `kills` nodes, one of them while it holds the push, and Postgres once. `chance` is 0 <= n < 1. */
export function plotKills(kills: number, nodes: number, overMs: number, chance: () => number): Nemesis {
  return {
    nodes: Array.from({ length: kills - 1 }, () => ({ atMs: overMs * chance(), index: Math.floor(chance() * nodes) })),
    holder: { atShare: 0.05 + 0.7 * chance(), index: Math.floor(chance() * nodes) },
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
    killHolder(parts, plot.holder),
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

async function killHolder(parts: NemesisParts, { atShare, index }: Nemesis['holder']): Promise<void> {
  await until(() => parts.pushedShare() >= atShare, PUSH_MS)
  const pid = await parts.askHolder()
  const holder = parts.cluster.nodes.findIndex((node) => node.pid() === pid)
  await killNode(parts, pid === null || holder === -1 ? index : holder)
}

async function killPostgres({ cluster, journal, now }: NemesisParts, atMs: number): Promise<void> {
  await delay(atMs)
  const at = now()
  journal.write({ kind: 'killed', at, what: 'postgres', pids: cluster.postgres.kill() })
}
