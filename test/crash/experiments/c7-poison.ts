import type pg from 'pg'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import { breakingLife } from '../broken-lives.ts'
import type { NodeLife } from '../cluster.ts'
import type { Experiment } from '../experiment.ts'
import type { Facts } from '../facts.ts'
import { makePlan, type Call } from '../plan.ts'

const LOAD = { sms: 999, tokens: 1_000, overMs: 4_000, slow: true }

/** A message during whose submission so many nodes died is not sent again. */
const MOST_CRASHES = 3

const POISON = 'poisoned-word'

/** Each of the repeats waits for 10 s. */
const ENDED_MS = 120_000

export const C7: Experiment = {
  id: 'C7',
  title: 'a message whose submission ends the process, whichever node takes it',
  goal: `at most ${MOST_CRASHES} crashes, then failed with the reason poison; the 999 others and the push are sent`,
  rounds: 1,
  async run(context) {
    const life = (): NodeLife => breakingLife({ point: 'submission before', nth: 1, how: 'abort', only: POISON })
    const { facts, ...result } = await onBench(context, { nodes: 2, life }, (bench) => poison(bench, context.seed))
    return { ...result, faults: [...result.faults, ...faultsOf(facts)] }
  },
}

async function poison(bench: Bench, seed: string): Promise<string[]> {
  const { cluster, journal } = bench
  const calls = makePlan({ ...LOAD, seed, chance: bench.chance('plan') })
  await bench.load([...calls, poisonCall(seed)].toSorted((a, b) => a.atMs - b.atMs))
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
    `select id from messages where coalesce(text, body) = $1 and status not in ('queued', 'sending', 'uncertain')`,
    [POISON],
  )
  return rows.length > 0
}

function faultsOf(facts: Facts): string[] {
  const row = facts.kept.find((one) => one.name === POISON)
  const others = facts.kept.filter((one) => one.reason === 'poison' && one.name !== POISON)
  return [
    ...(row?.status === 'failed' && row.reason === 'poison' ? [] : [`it ended as ${row?.status}, ${row?.reason}`]),
    ...(facts.nodeKills > MOST_CRASHES ? [`${facts.nodeKills} crashes`] : []),
    ...(others.length > 0 ? [`${others.length} others were taken for poison`] : []),
    ...(facts.copies.some((copy) => copy.name === POISON) ? ['it was sent, so it never ended a process'] : []),
  ]
}
