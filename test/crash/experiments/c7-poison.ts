import type pg from 'pg'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import { breakingLife } from '../broken-lives.ts'
import type { NodeLife } from '../cluster.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import type { Facts } from '../facts.ts'
import { makePlan, makePush, type Call } from '../plan.ts'

const LOAD = { sms: 999, tokens: 0, overMs: 4_000, slow: true }
const TARGETS = 3_000

/** A message during whose submission so many nodes died is not sent again. */
const MOST_CRASHES = 3

/** Targets that may be in flight at the third crash, too, though each goes alone: one of each chunk that a node holds. */
const FEW = 12

const POISON = 'poisoned-word'

/** Each of the repeats waits: for 10 s, and then a target of a push for 30 s and its turn among those around it. */
const ENDED_MS = 240_000

export const C7: Experiment = {
  id: 'C7',
  title: 'an SMS whose submission ends the process, whichever node takes it',
  goal: `at most ${MOST_CRASHES} crashes, then failed with the reason poison; the 999 others are sent`,
  rounds: 1,
  run: (context) =>
    poisoned(context, 'submission before', 0, (bench) => [
      ...makePlan({ ...LOAD, seed: context.seed, chance: bench.chance('plan') }),
      poisonCall(context.seed),
    ]),
}

export const C7P: Experiment = {
  id: 'C7P',
  title: `one of ${TARGETS} targets of a push, whose submission ends the process`,
  goal: `at most ${MOST_CRASHES} crashes, then failed with the reason poison; the others are sent, but for ${FEW} in flight at the third`,
  rounds: 1,
  run: (context) =>
    poisoned(context, 'push submission before', FEW, () => {
      const names = Array.from({ length: TARGETS }, (_, number) => `kill-${context.seed}-token-${number}`)
      return [makePush(`push ${context.seed}`, names.with(TARGETS / 2, POISON), 0)]
    }),
}

async function poisoned(context: Context, point: string, few: number, plan: (bench: Bench) => Call[]): Promise<Result> {
  const life = (): NodeLife => breakingLife({ point, nth: 1, how: 'abort', only: POISON })
  const options = { nodes: 2, life, drainMs: ENDED_MS }
  const { facts, ...result } = await onBench(context, options, (bench) => poison(bench, plan(bench)))
  return { ...result, faults: [...result.faults, ...faultsOf(facts, few)] }
}

async function poison(bench: Bench, calls: readonly Call[]): Promise<string[]> {
  const { cluster, journal } = bench
  await bench.load(calls.toSorted((a, b) => a.atMs - b.atMs))
  await until(() => bench.ask(isPoisonOver), ENDED_MS, 500)
  const ends = cluster.nodes.flatMap((node) => node.ends)
  for (const { pid, at } of ends) journal.write({ kind: 'killed', at, what: 'node', pids: [pid] })
  return [`crashes ${ends.length}`]
}

function poisonCall(seed: string): Call {
  return {
    key: `kill-${seed}-poison`,
    channel: 'sms',
    path: '/smss',
    body: JSON.stringify({ contact: '+15005550006', subject: 'Kill test', message: POISON, on_uncertain: 'retry' }),
    names: [POISON],
    onUncertain: 'retry',
    atMs: LOAD.overMs / 2,
  }
}

async function isPoisonOver(db: pg.Client): Promise<boolean> {
  const { rows } = await db.query(
    `select status from messages where coalesce(text, body) = $1 and status not in ('queued', 'sending', 'uncertain')
     union all select n.status from tokennotifications n join tokens t on t.id = n.token_id where t.token = $1`,
    [POISON],
  )
  return rows.length > 0
}

function faultsOf(facts: Facts, few: number): string[] {
  const row = facts.kept.find((one) => one.name === POISON)
  const others = facts.kept.filter((one) => one.reason === 'poison' && one.name !== POISON)
  return [
    ...(row?.status === 'failed' && row.reason === 'poison' ? [] : [`it ended as ${row?.status}, ${row?.reason}`]),
    ...(facts.nodeKills > MOST_CRASHES ? [`${facts.nodeKills} crashes`] : []),
    ...(others.length > few ? [`${others.length} others were taken for poison`] : []),
    ...(facts.copies.some((copy) => copy.name === POISON) ? ['it was sent, so it never ended a process'] : []),
  ]
}
