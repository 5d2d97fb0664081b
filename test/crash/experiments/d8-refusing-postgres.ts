import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { onBench, type Bench } from '../bench.ts'
import type { Addresses } from '../cluster.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { loadSteadily, runPhase, tellPhase, type Phase } from '../phases.ts'

const FULL = { eachMs: 20_000, perSecond: 20 }
const SMALL = { eachMs: 6_000, perSecond: 10 }

const BETWEEN_MS = 6_000

/** A connection in use is kept for as long as it works. */
const LIMITS = { answerMs: 2_000, backMs: 5_000 }

const ROLE = 'service'
const PASSWORD = 'only-for-this-trial'

export const D8: Experiment = {
  id: 'D8',
  title: 'others hold all connections of Postgres, then the role may not insert, then the database is read-only',
  goal: 'calls are refused with 503 within 2 s (p99), well again ≤ 5 s without a restart; lost 0, doubled 0',
  rounds: 1,
  run: (context) => refuse(context),
}

async function refuse(context: Context): Promise<Result> {
  const { eachMs, perSecond } = context.small ? SMALL : FULL
  const faults: string[] = []
  const { facts: _, ...result } = await onBench(context, { nodes: 1, wire: asOwner }, async (bench) => {
    const loaded = loadSteadily(bench, context, perSecond, 3 * eachMs + 5 * BETWEEN_MS)
    await delay(BETWEEN_MS)
    const phases: Phase[] = []
    for (const [name, work] of Object.entries(REFUSALS)) {
      phases.push(await runPhase(context.directory, name, BETWEEN_MS, () => work(bench, eachMs)))
    }
    await loaded
    const restarts = bench.cluster.nodes.flatMap((node) => node.ends).length
    if (restarts > 0) faults.push(`nodes ended ${restarts} times`)
    return phases.map((phase) => tellPhase(phase, context.directory, LIMITS, faults))
  })
  if (result.duplicated > 0) faults.push(`${result.duplicated} doubled, though no submission was in doubt`)
  return { ...result, faults: [...result.faults, ...faults] }
}

/** The nodes have a role that owns its database, and no more: as in production. */
async function asOwner({ postgres }: Addresses): Promise<{ postgres: string }> {
  const url = new URL(postgres)
  const db = new pg.Client({ connectionString: postgres })
  await db.connect()
  await db.query(`create role ${ROLE} login password '${PASSWORD}'`)
  await db.query(`alter database ${url.pathname.slice(1)} owner to ${ROLE}`)
  await db.query(`alter schema public owner to ${ROLE}`)
  await db.end()
  url.username = ROLE
  url.password = PASSWORD
  return { postgres: url.href }
}

const REFUSALS: Readonly<Record<string, (bench: Bench, ms: number) => Promise<void>>> = {
  'no connections left': holdConnections,
  'no right to insert': ({ ask }, ms) =>
    ask(async (db) => {
      await db.query(`revoke insert on messages from ${ROLE}`)
      await delay(ms)
      await db.query(`grant insert on messages to ${ROLE}`)
    }),
  'read-only': ({ ask }, ms) =>
    ask(async (db) => {
      await db.query(`alter role ${ROLE} set default_transaction_read_only = on`)
      await endSessions(db)
      await delay(ms)
      // Sessions that are open stay as they are: they have to be given up.
      await db.query(`alter role ${ROLE} reset default_transaction_read_only`)
    }),
}

/** Ends the nodes' sessions, and takes each place before they can. */
async function holdConnections({ ask, cluster }: Bench, ms: number): Promise<void> {
  await ask(async (db) => {
    const url = new URL(cluster.postgres.url)
    url.username = ROLE
    url.password = PASSWORD
    const held: pg.Client[] = []
    for (const deadline = Date.now() + ms; Date.now() < deadline; await delay(200)) {
      await endSessions(db)
      while (await holdOne(url.href, held)) continue
    }
    await Promise.all(held.map((client) => client.end()))
  })
}

async function holdOne(url: string, held: pg.Client[]): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, application_name: 'another program' })
  client.on('error', () => undefined)
  try {
    await client.connect()
    held.push(client)
    return true
  } catch {
    return false
  }
}

async function endSessions(db: pg.Client): Promise<void> {
  await db.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'tidings %'`)
}
