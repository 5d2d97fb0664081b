import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { clockFrom, lacksFaketime } from '../faketime.ts'
import { makePlan } from '../plan.ts'

const FULL = { sms: 9_000, overMs: 100_000, wrongMs: 40_000 }
const SMALL = { sms: 1_000, overMs: 25_000, wrongMs: 10_000 }

const BEFORE_MS = 5_000
const NOTICED_MS = 15_000

export const T1: Experiment = {
  id: 'T1',
  title: 'the clock of one of two nodes jumps an hour ahead, then an hour back, under load',
  goal: 'lost 0, expired 0, no lease is taken from anybody, doubled 0, the node says that it is not ready',
  rounds: 1,
  missing: lacksFaketime,
  run: (context) => jump(context),
}

async function jump(context: Context): Promise<Result> {
  const { wrongMs, ...size } = context.small ? SMALL : FULL
  const file = join(context.directory, 'clock')
  writeFileSync(file, '+0')
  const faults: string[] = []
  const life = (node: number): { env?: Record<string, string> } => (node === 0 ? { env: clockFrom(file) } : {})
  const { facts, ...result } = await onBench(context, { nodes: 2, life }, async (bench) => {
    const plan = makePlan({ ...size, tokens: 2_000, slow: true, seed: context.seed, chance: bench.chance('plan') })
    const loaded = bench.load(plan)
    await delay(BEFORE_MS)
    for (const offset of ['+3600', '-3600']) {
      writeFileSync(file, offset)
      const noticed = until(() => isUnready(bench), NOTICED_MS, 100).catch(() => false)
      await delay(wrongMs)
      if (!(await noticed)) faults.push(`at ${offset} s the node says that it is ready`)
    }
    writeFileSync(file, '+0')
    await until(async () => !(await isUnready(bench)), NOTICED_MS, 100).catch(() =>
      faults.push('it is not ready again'),
    )
    await loaded
    const taken = await bench.ask(async (db) => {
      const { rows } = await db.query<{ ended: number }>(
        `select count(ended_at)::integer as ended from nodes where ended_at is not null`,
      )
      return rows[0]?.ended ?? 0
    })
    if (taken > 0) faults.push(`${taken} nodes were declared dead`)
    return [`leases taken ${taken}`]
  })
  const expired = facts.kept.filter(({ status }) => status === 'expired').length
  if (expired > 0) faults.push(`${expired} expired`)
  if (result.duplicated + result.uncertain > 0) faults.push('doubled or in doubt, though no node died')
  return { ...result, figures: [...result.figures, `expired ${expired}`], faults: [...result.faults, ...faults] }
}

async function isUnready({ cluster }: Bench): Promise<boolean> {
  const answer = await fetch(`${cluster.nodes[0]?.url}/readyz`)
  return answer.status === 503 && (await answer.text()).includes('"clock"')
}
