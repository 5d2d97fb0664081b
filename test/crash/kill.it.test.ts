import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { seeded } from '../support/seeded.ts'
import { until } from '../support/until.ts'
import { check, toLine } from './checker.ts'
import { startCluster, type Cluster } from './cluster.ts'
import { readFacts, readHolder, readOpen, type Facts } from './facts.ts'
import { createJournal, type Journal } from './journal.ts'
import { sendAll } from './loader.ts'
import { haunt, plotKills } from './nemesis.ts'
import { makePlan } from './plan.ts'

const NODES = 3
const KILLS = 3
const SMS = 10_000
const TOKENS = 10_000
const LOAD_MS = 20_000

/** The windows of the Twilio and FCM adapters, and as many chunks as the push has. */
const WINDOWS = { sms: 32, push: 200, chunks: 10 }

/** A submission in doubt is asked after for the last time 60 s after its node was seen dead, and may then be sent again. */
const DRAIN_MS = 150_000

/** About: token, provider's id and notification. */
const LEDGER_LINE_BYTES = 113

/** SEED repeats a schedule; KEEP leaves what each part wrote. */
const seed = process.env['SEED'] ?? String(randomInt(1_000_000))

test(
  'whatever is killed, nothing acknowledged is lost, and what is doubled was in doubt',
  { timeout: 330_000 },
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tidings-kill-'))
    const { verdict, facts } = await experiment(directory)
    console.log(toLine('kill', verdict, facts.worstRecoveryMs, seed))
    if (verdict.faults.length > 0) console.log(`what each part wrote is in ${directory}`)
    expect(verdict.faults).toEqual([])
    expect(facts.nodeKills).toBe(KILLS)
    if (process.env['KEEP'] === undefined) rmSync(directory, { recursive: true })
  },
)

async function experiment(directory: string): Promise<{ verdict: ReturnType<typeof check>; facts: Facts }> {
  const path = join(directory, 'journal')
  const journal = createJournal(path)
  const env = { FCM_MESSAGES_PER_MINUTE: '6000000', FCM_RAMP_SECONDS: '0' }
  const cluster = await startCluster({ directory, nodes: NODES, env })
  try {
    await loadAndKill(cluster, journal)
    await onDatabase(cluster, (db) => drained(db))
    const facts = await onDatabase(cluster, (db) => readFacts({ ...cluster, journal: path, db }))
    return { facts, verdict: check(facts, WINDOWS) }
  } finally {
    journal.close()
    await cluster.stop()
  }
}

async function loadAndKill(cluster: Cluster, journal: Journal): Promise<void> {
  const calls = makePlan({ seed, sms: SMS, tokens: TOKENS, overMs: LOAD_MS, chance: seeded(seed, 'plan') })
  const plot = plotKills(KILLS, NODES, LOAD_MS, seeded(seed, 'nemesis'))
  const urls = cluster.nodes.map((node) => node.url)
  const now = Date.now
  // Postgres may be down at that moment.
  const askHolder = (): Promise<number | null> => onDatabase(cluster, readHolder).catch(() => null)
  const pushedShare = (): number => statSync(cluster.fcmLedger).size / (TOKENS * LEDGER_LINE_BYTES)
  await Promise.all([
    sendAll({ calls, urls, journal, chance: seeded(seed, 'loader'), now }),
    haunt(plot, { cluster, journal, now, askHolder, pushedShare }),
  ])
}

/** Resolves when nothing is left to do, or when that has taken too long: the checker tells what is left. */
async function drained(db: pg.Client): Promise<void> {
  const isDone = async (): Promise<boolean> => Object.values(await readOpen(db)).every((count) => count === 0)
  await until(isDone, DRAIN_MS, 500).catch(() => undefined)
}

async function onDatabase<T>(cluster: Cluster, work: (db: pg.Client) => Promise<T>): Promise<T> {
  const db = new pg.Client({ connectionString: cluster.postgres.url })
  db.on('error', () => undefined)
  await db.connect()
  try {
    return await work(db)
  } finally {
    await db.end()
  }
}
