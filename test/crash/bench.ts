import { join } from 'node:path'
import type pg from 'pg'
import { until } from '../support/until.ts'
import { seeded } from '../support/seeded.ts'
import { check, type Windows } from './checker.ts'
import { startCluster, type Cluster, type ClusterOptions } from './cluster.ts'
import type { Context, Result } from './experiment.ts'
import { isNothingOpen, readFacts, type Copy, type Facts } from './facts.ts'
import { onDatabase } from './on-database.ts'
import { createJournal, type Journal } from './journal.ts'
import { sendAll, sendBatches } from './loader.ts'
import type { Call } from './plan.ts'

/** A running cluster, and what an experiment does with it. */
export interface Bench {
  readonly cluster: Cluster
  readonly journal: Journal
  /** Numbers 0 <= n < 1 for one purpose. */
  chance(purpose: string): () => number
  /** Makes every call at its time at random nodes until it is acknowledged; each from `senders` clients at once, 1 unless said. */
  load(calls: readonly Call[], senders?: number): Promise<void>
  /** The same for SMS, in batches of so many. */
  loadBatches(calls: readonly Call[], items: number): Promise<void>
  /** SIGKILL to these nodes at once, all unless said; those that are down are left out. */
  killNodes(which?: readonly number[]): Promise<void>
  /** On a connection of its own to the database itself. */
  ask<T>(work: (db: pg.Client) => Promise<T>): Promise<T>
}

export interface BenchOptions extends Omit<ClusterOptions, 'directory'> {
  /** Submissions a node may have under way; the defaults unless said. */
  readonly windows?: Partial<Windows>
  /** How long what is left may take once the experiment is over; 150 s unless said. */
  readonly drainMs?: number
  /** What look-alikes of the experiment's own took, asked once it is over. */
  readonly copies?: () => readonly Copy[]
}

/** The windows of the Twilio and FCM adapters, and as many chunks as a node holds of one category. */
const WINDOWS = { sms: 32, push: 200, chunks: 12 }

/** A submission in doubt is asked after for the last time 60 s after its node was seen dead, and may then be sent again. */
const DRAIN_MS = 150_000

/** FCM's quota and its ramp would only make the push slow. */
const ENV = { FCM_MESSAGES_PER_MINUTE: '6000000', FCM_RAMP_SECONDS: '0' }

/** Starts a cluster, lets `work` break it, waits until nothing is left to do, and checks. `work` resolves with what else it measured. */
export async function onBench(
  context: Context,
  options: BenchOptions,
  work: (bench: Bench) => Promise<readonly string[]>,
): Promise<Result & { readonly facts: Facts }> {
  const { directory, seed } = context
  const path = join(directory, 'journal')
  const cluster = await startCluster({ ...options, directory, env: { ...ENV, ...options.env } })
  const journal = createJournal(path)
  const ask: Bench['ask'] = (question) => onDatabase(cluster.postgres.url, question)
  const urls = cluster.nodes.map((node) => node.url)
  const chance = (purpose: string): (() => number) => seeded(seed, purpose)
  const loading = { urls, journal, now: () => Date.now() }
  try {
    const figures = await work({
      cluster,
      journal,
      chance,
      load: (calls, senders = 1) => sendAll({ ...loading, calls, senders, chance: chance('loader') }),
      loadBatches: (calls, items) => sendBatches({ ...loading, calls, senders: 1, chance: chance('loader') }, items),
      killNodes: (which = [...cluster.nodes.keys()]) => killNodes(cluster, journal, which),
      ask,
    })
    await ask((db) => drained(db, options.drainMs ?? DRAIN_MS))
    const read = await ask((db) => readFacts({ ...cluster, journal: path, db }))
    const facts = { ...read, copies: [...read.copies, ...(options.copies?.() ?? [])] }
    const verdict = check(facts, { ...WINDOWS, ...options.windows })
    return { ...verdict, facts, figures, recoveriesMs: facts.recoveriesMs }
  } finally {
    journal.close()
    await cluster.stop()
  }
}

async function killNodes(cluster: Cluster, journal: Journal, which: readonly number[]): Promise<void> {
  const victims = cluster.nodes.filter((node, index) => which.includes(index) && node.pid() !== null)
  const at = Date.now()
  const pids = await Promise.all(victims.map((node) => node.kill()))
  for (const pid of pids) if (pid !== null) journal.write({ kind: 'killed', at, what: 'node', pids: [pid] })
}

/** Resolves when nothing is left to do, or when that has taken too long: the checker tells what is left. */
async function drained(db: pg.Client, ms: number): Promise<void> {
  await until(() => isNothingOpen(db), ms, 500).catch(() => undefined)
}
