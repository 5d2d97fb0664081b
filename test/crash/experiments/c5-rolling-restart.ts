import { until } from '../../support/until.ts'
import { countWhys, quantile, readAnswers, type Answer } from '../answers.ts'
import { onBench, type Bench } from '../bench.ts'
import type { ClusterNode } from '../cluster.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { lacksHaproxy, startHaproxy, type Balancer } from '../haproxy.ts'
import { sendAll } from '../loader.ts'
import { makePlan } from '../plan.ts'

/** 500 a second. */
const FULL = { restarts: 10, sms: 50_000, overMs: 100_000 }
const SMALL = { restarts: 2, sms: 1_500, overMs: 25_000 }

/** What operations are told to wait for before they kill. */
const MOST_STOP_MS = 30_000
const READY_MS = 60_000

export const C5: Experiment = {
  id: 'C5',
  title:
    'two nodes behind haproxy are stopped and started in turn, ten times, at 500 calls a second over kept connections',
  goal: 'no client sees an error, lost 0, doubled 0, uncertain 0, each stop ≤ 30 s with code 0',
  rounds: 1,
  missing: lacksHaproxy,
  run: (context) => rollOver(context),
}

async function rollOver(context: Context): Promise<Result> {
  const { restarts, ...size } = context.small ? SMALL : FULL
  const faults: string[] = []
  const options = { nodes: 2, host: () => '127.0.0.1' }
  const { facts: _, ...result } = await onBench(context, options, async (bench) => {
    const balancer = await startHaproxy(
      bench.cluster.nodes.map((node) => node.url),
      context.directory,
    )
    const plan = makePlan({ ...size, tokens: 0, slow: true, seed: context.seed, chance: bench.chance('plan') })
    const loaded = loadThrough(bench, balancer.url, plan)
    const stops = await restartInTurn(bench, balancer, restarts)
    await loaded
    await balancer.stop()
    const answers = readAnswers(context.directory)
    const bad = answers.filter((answer) => answer.kind !== 'acknowledged')
    const slow = stops.filter(({ ms }) => ms > MOST_STOP_MS)
    const ill = stops.filter(({ exitCode }) => exitCode !== 0)
    if (bad.length > 0) faults.push(`${bad.length} calls were not answered with 200: ${countWhys(bad)}`)
    if (slow.length > 0) faults.push(`${slow.length} stops took longer than 30 s`)
    if (ill.length > 0) faults.push(`${ill.length} stops ended with ${ill.map(({ exitCode }) => exitCode).join(', ')}`)
    const ms = stops.map((stop) => stop.ms)
    const worst = (quantile(ms, 1) / 1_000).toFixed(1)
    return [
      `${paceOf(answers)} calls/s, answered after p99 ${quantile(
        answers.map((answer) => answer.ms),
        0.99,
      )} ms`,
      `restarts ${stops.length}`,
      `client errors ${bad.length}`,
      `longest stop ${worst} s`,
    ]
  })
  if (result.duplicated > 0) faults.push(`${result.duplicated} doubled, though no node died`)
  if (result.uncertain > 0) faults.push(`${result.uncertain} in doubt, though no node died`)
  return { ...result, faults: [...result.faults, ...faults] }
}

/** Answers a second, from the first question to the last answer: fewer than were meant where the machine can't carry more. */
function paceOf(answers: readonly Answer[]): string {
  const from = Math.min(...answers.slice(0, 1_000).map(({ at }) => at))
  const last = answers.at(-1)
  return last === undefined ? '0' : (answers.length / ((last.at + last.ms - from) / 1_000)).toFixed(0)
}

function loadThrough({ journal, chance }: Bench, url: string, calls: ReturnType<typeof makePlan>): Promise<void> {
  return sendAll({ calls, urls: [url], journal, senders: 1, chance: chance('loader'), now: () => Date.now() })
}

interface Stop {
  readonly ms: number
  readonly exitCode: number | null
}

async function restartInTurn({ cluster }: Bench, balancer: Balancer, restarts: number): Promise<Stop[]> {
  const stops: Stop[] = []
  for (let turn = 0; turn < restarts; turn += 1) {
    const node = cluster.nodes[turn % cluster.nodes.length]
    if (node === undefined) throw new Error('there are no nodes')
    stops.push(await restart(node, cluster.nodes.length, balancer))
  }
  return stops
}

/** Resolves when the balancer leads calls to it again, as whoever rolls out should wait for. */
async function restart(node: ClusterNode, all: number, balancer: Balancer): Promise<Stop> {
  const lives = node.ends.length
  const pid = node.pid()
  if (pid === null) throw new Error('the node is down')
  const at = Date.now()
  process.kill(pid, 'SIGTERM')
  const end = await until(() => node.ends[lives], READY_MS, 20)
  await until(async () => (await balancer.countUp()) === all, READY_MS, 50)
  return { ms: end.at - at, exitCode: end.exitCode }
}
