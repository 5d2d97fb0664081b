import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { loadSteadily, runPhase, tellPhase, type Phase } from '../phases.ts'

const FULL = { endingMs: 60_000, perSecond: 40 }
const SMALL = { endingMs: 5_000, perSecond: 20 }

const NODES = 2
const BETWEEN_MS = 8_000
const LIMITS = { answerMs: 2_000, backMs: 5_000 }

/** Five a second. */
const END_EVERY_MS = 200

/** All pools of a node together: src/wiring/dbs.ts. */
const CONNECTIONS = 16

export const D2: Experiment = {
  id: 'D2',
  title: 'Postgres is restarted fast and immediately, and five of its sessions are ended each second for 60 s',
  goal: 'answers within 2 s (p99), back ≤ 5 s without a restart of a node, no more connections than before; lost 0, doubled 0',
  rounds: 1,
  missing: () => (process.platform === 'win32' ? 'it needs signals' : null),
  run: (context) => restart(context),
}

async function restart(context: Context): Promise<Result> {
  const { endingMs, perSecond } = context.small ? SMALL : FULL
  const faults: string[] = []
  const { facts: _, ...result } = await onBench(context, { nodes: NODES }, async (bench) => {
    const loaded = loadSteadily(bench, context, perSecond, endingMs + 4 * BETWEEN_MS)
    await delay(BETWEEN_MS)
    const phases: Phase[] = []
    // Source of the signals: PostgreSQL documentation, "Shutting Down the Server".
    for (const [name, signal] of [['fast restart', 'SIGINT'] as const, ['immediate restart', 'SIGQUIT'] as const]) {
      phases.push(await runPhase(context.directory, name, BETWEEN_MS, () => restartOnce(bench, signal)))
    }
    let ended = 0
    const ending = async (): Promise<void> => void (ended = await bench.ask((db) => endSessions(db, endingMs)))
    phases.push(await runPhase(context.directory, 'sessions ended', BETWEEN_MS, ending))
    await loaded
    const open = await bench.ask(countSessions)
    if (open > NODES * CONNECTIONS) faults.push(`${open} connections are open`)
    const restarts = bench.cluster.nodes.flatMap((node) => node.ends).length
    if (restarts > 0) faults.push(`nodes ended ${restarts} times`)
    const told = phases.map((phase) => tellPhase(phase, context.directory, LIMITS, faults))
    return [...told, `sessions ended ${ended}`, `connections at the end ${open}`]
  })
  if (result.duplicated > 0) faults.push(`${result.duplicated} doubled, though no submission was in doubt`)
  return { ...result, faults: [...result.faults, ...faults] }
}

/** It comes back by itself: that is when this resolves. */
async function restartOnce({ cluster, ask }: Bench, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  const before = cluster.postgres.postmaster()
  if (before === null) throw new Error('Postgres is down')
  process.kill(before, signal)
  await until(() => cluster.postgres.postmaster() !== before, 60_000)
  await until(() => ask((db) => db.query('select')).catch(() => null), 60_000)
}

async function endSessions(db: pg.Client, ms: number): Promise<number> {
  let ended = 0
  for (const deadline = Date.now() + ms; Date.now() < deadline; await delay(END_EVERY_MS)) {
    const { rowCount } = await db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'tidings %' order by random() limit 1`,
    )
    ended += rowCount ?? 0
  }
  return ended
}

async function countSessions(db: pg.Client): Promise<number> {
  const { rows } = await db.query<{ open: number }>(
    `select count(*)::integer as open from pg_stat_activity where application_name like 'tidings %'`,
  )
  return rows[0]?.open ?? 0
}
