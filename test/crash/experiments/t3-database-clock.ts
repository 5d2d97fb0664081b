import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { clockAhead, lacksFaketime } from '../faketime.ts'
import { makePlan } from '../plan.ts'

const FULL = { sms: 4_000, overMs: 40_000 }
const SMALL = { sms: 800, overMs: 15_000 }

const NODES = 2
const AHEAD_SECONDS = 3_600
const JUMP_AFTER_MS = 7_000

export const T3: Experiment = {
  id: 'T3',
  title: 'Postgres is restarted under a clock that is an hour ahead',
  goal: 'lost 0, each node is taken for dead at most once, doubled only within the window',
  rounds: 1,
  missing: lacksFaketime,
  run: (context) => jump(context),
}

async function jump(context: Context): Promise<Result> {
  const size = context.small ? SMALL : FULL
  const faults: string[] = []
  const { facts, ...result } = await onBench(context, { nodes: NODES }, async (bench) => {
    const calls = makePlan({ ...size, tokens: 0, seed: context.seed, chance: bench.chance('plan') })
    const loaded = bench.load(calls)
    await delay(JUMP_AFTER_MS)
    await restartAhead(bench)
    const at = Date.now() + AHEAD_SECONDS * 1_000
    await loaded
    const pids = await bench.ask(async (db) => {
      const { rows } = await db.query<{ pid: number }>('select pid from nodes where ended_at is not null')
      return rows.map((row) => row.pid)
    })
    for (const pid of pids) bench.journal.write({ kind: 'killed', at, what: 'node', pids: [pid] })
    if (pids.length > NODES) faults.push(`${pids.length} times a node was taken for dead`)
    return [`nodes taken for dead ${pids.length}`]
  })
  const expired = facts.kept.filter(({ status }) => status === 'expired').length
  return { ...result, figures: [...result.figures, `expired ${expired}`], faults: [...result.faults, ...faults] }
}

/** Postgres is a child of this process, and starts again with whatever this one has around it then. */
async function restartAhead({ cluster, ask }: Bench): Promise<void> {
  const before = cluster.postgres.postmaster()
  if (before === null) throw new Error('Postgres is down')
  const clock = clockAhead(AHEAD_SECONDS)
  Object.assign(process.env, clock)
  process.kill(before, 'SIGINT')
  const seconds = await until(async () => {
    if (cluster.postgres.postmaster() === before) return null
    return ask(async (db) => {
      const { rows } = await db.query<{ at: number }>('select extract(epoch from clock_timestamp())::float8 as at')
      return rows[0]?.at ?? null
    }).catch(() => null)
  }, 60_000)
  for (const name of Object.keys(clock)) Reflect.deleteProperty(process.env, name)
  if (seconds * 1_000 < Date.now() + (AHEAD_SECONDS / 2) * 1_000) throw new Error('the clock of Postgres did not jump')
}
