import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { readLines } from '../journal.ts'
import { behindNetwork, lacksNetworks, makeNetwork, type Network } from '../network.ts'
import { makePlan } from '../plan.ts'

const FULL = { sms: 12_000, overMs: 150_000, cutMs: [10_000, 30_000, 60_000] }
const SMALL = { sms: 600, overMs: 8_000, cutMs: [10_000] }

const BETWEEN_MS = 6_000

/** Once the network is whole again. */
const MOST_BACK_MS = 10_000

/** The lease is 30 s; nothing is written in its last five. One second for what was on its way. */
const MAY_WRITE_MS = 26_000

export const N1: Experiment = {
  id: 'N1',
  title: 'packets between one of two nodes and Postgres are dropped for 10, 30 and 60 s',
  goal: 'lost 0, nothing submitted under a lapsed lease, doubled only within the window, back ≤ 10 s',
  rounds: 1,
  missing: lacksNetworks,
  async run(context) {
    const network = makeNetwork()
    try {
      return await cutOff(context, network)
    } finally {
      network.remove()
    }
  },
}

async function cutOff(context: Context, network: Network): Promise<Result> {
  const { cutMs, ...size } = context.small ? SMALL : FULL
  const faults: string[] = []
  const options = { nodes: 2, ...behindNetwork(network) }
  const { facts: _, ...result } = await onBench(context, options, async (bench) => {
    const plan = makePlan({ ...size, tokens: 0, slow: true, seed: context.seed, chance: bench.chance('plan') })
    const loaded = bench.load(plan)
    const back: number[] = []
    for (const ms of cutMs) {
      await delay(BETWEEN_MS)
      const { backMs, late } = await cutOnce(bench, network, ms)
      back.push(backMs)
      if (late > 0) faults.push(`${late} submitted under a lapsed lease while cut off for ${ms / 1_000} s`)
    }
    await loaded
    const worst = Math.max(...back)
    if (worst > MOST_BACK_MS) faults.push(`only ready ${(worst / 1_000).toFixed(1)} s after the network was whole`)
    return [`ready again after ${back.map((ms) => (ms / 1_000).toFixed(1)).join(', ')} s`]
  })
  return { ...result, faults: [...result.faults, ...faults] }
}

/** How long the node needed to be ready again, and what it submitted when it should have known that others may have taken over. */
async function cutOnce(bench: Bench, network: Network, ms: number): Promise<{ backMs: number; late: number }> {
  const node = bench.cluster.nodes[0]
  const pid = node?.pid()
  if (node === undefined || pid === null || pid === undefined) throw new Error('the node is down')
  const at = Date.now()
  network.drop(Number(new URL(bench.cluster.postgres.url).port), 'both')
  await delay(Math.min(ms, MAY_WRITE_MS))
  const before = await attemptsOf(bench)
  await delay(Math.max(0, ms - MAY_WRITE_MS))
  const during = await attemptsOf(bench)
  network.heal()
  const healed = Date.now()
  await until(async () => (await fetch(`${node.url}/readyz`).catch(() => null))?.ok, 60_000, 50)
  const backMs = Date.now() - healed
  const { ended, doubted } = await bench.ask((db) => judgeOf(db, pid, at))
  if (ended) bench.journal.write({ kind: 'killed', at, what: 'node', pids: [pid] })
  return { backMs, late: during.slice(before.length).filter((attempt) => doubted.has(attempt)).length }
}

/** Whether others took this process for dead, and what was in doubt then. */
async function judgeOf(db: pg.Client, pid: number, at: number): Promise<{ ended: boolean; doubted: Set<string> }> {
  const ended = await db.query(`select from nodes where pid = $1 and ended_at >= to_timestamp($2 / 1000.0)`, [pid, at])
  const { rows } = await db.query<{ attempt: string }>(
    `select message_id || '.' || number as attempt from attempts where reason = 'node_lost'`,
  )
  return { ended: (ended.rowCount ?? 0) > 0, doubted: new Set(rows.map((row) => row.attempt)) }
}

/** Of each SMS that was taken, in order. */
async function attemptsOf({ cluster }: Bench): Promise<string[]> {
  return readLines(cluster.twilioLedger).map((line) =>
    typeof line === 'object' && line !== null ? String(Reflect.get(line, 'attempt')) : '',
  )
}
