import { setTimeout as delay } from 'node:timers/promises'
import { quantile } from '../answers.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Addresses } from '../cluster.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { startFaultProxy, type FaultProxy } from '../fault-proxy.ts'
import { loadSteadily, runPhase, tellPhase, type Phase } from '../phases.ts'
import { watchNode } from '../watch-node.ts'

const FULL = { stoppedMs: 30_000, slowMs: 20_000, lockedMs: 20_000, perSecond: 8 }
const SMALL = { stoppedMs: 5_000, slowMs: 4_000, lockedMs: 4_000, perSecond: 8 }

const BETWEEN_MS = 8_000

/** Each way. */
const LATENCY_MS = 250

const LIMITS = { answerMs: 2_000, backMs: 5_000 }
const MOST_GROWN_BYTES = 50 * 2 ** 20

export const D4: Experiment = {
  id: 'D4',
  title: 'Postgres stands still for 30 s, answers half a second late for 20 s, and its table is locked for 20 s',
  goal: 'every call has its answer within 2 s (p99), back ≤ 5 s, livez is always well, memory + ≤ 50 MiB, lost 0, doubled 0',
  rounds: 1,
  missing: () => (process.platform === 'linux' ? null : 'it looks for the processes of Postgres as Linux shows them'),
  run: (context) => slowDown(context),
}

async function slowDown(context: Context): Promise<Result> {
  let proxy: FaultProxy | null = null
  const wire = async ({ postgres }: Addresses): Promise<{ postgres: string }> => {
    const url = new URL(postgres)
    proxy = await startFaultProxy({ target: url.host })
    url.host = `127.0.0.1:${proxy.port}`
    return { postgres: url.href }
  }
  const faults: string[] = []
  const { facts: _, ...result } = await onBench(context, { nodes: 1, wire }, async (bench) => {
    if (proxy === null) throw new Error('there is no proxy')
    const [node] = bench.cluster.nodes
    if (node === undefined) throw new Error('there is no node')
    const { stoppedMs, slowMs, lockedMs, perSecond } = context.small ? SMALL : FULL
    const loaded = loadSteadily(bench, context, perSecond, stoppedMs + slowMs + lockedMs + 5 * BETWEEN_MS)
    await delay(BETWEEN_MS)
    const watch = watchNode(node)
    const phases = await breakInTurn(bench, proxy, context)
    const { livezMs, livezBad, grownBytes } = await watch.stop()
    await loaded
    if (livezBad > 0) faults.push(`livez was not well ${livezBad} times`)
    if (grownBytes > MOST_GROWN_BYTES) faults.push(`memory grew by ${inMiB(grownBytes)}`)
    const told = phases.map((phase) => tellPhase(phase, context.directory, LIMITS, faults))
    return [...told, `livez at most ${quantile(livezMs, 1).toFixed(0)} ms`, `memory + ${inMiB(grownBytes)}`]
  }).finally(() => void proxy?.close())
  if (result.duplicated > 0) faults.push(`${result.duplicated} doubled, though no submission was in doubt`)
  return { ...result, faults: [...result.faults, ...faults] }
}

async function breakInTurn(bench: Bench, proxy: FaultProxy, context: Context): Promise<Phase[]> {
  const { stoppedMs, slowMs, lockedMs } = context.small ? SMALL : FULL
  const stopped = await runPhase(context.directory, 'stopped', BETWEEN_MS, async () => {
    const pids = bench.cluster.postgres.pids()
    signal(pids, 'SIGSTOP')
    await delay(stoppedMs)
    signal(pids.toReversed(), 'SIGCONT')
  })
  const slow = await runPhase(context.directory, 'slow', BETWEEN_MS, async () => {
    proxy.play({ kind: 'latency', ms: LATENCY_MS })
    await delay(slowMs)
    proxy.play({ kind: 'none' })
  })
  const locked = await runPhase(context.directory, 'locked', BETWEEN_MS, () =>
    bench.ask(async (db) => {
      await db.query('begin; lock table messages in access exclusive mode')
      await delay(lockedMs)
      await db.query('commit')
    }),
  )
  return [stopped, slow, locked]
}

/** A process that has ended meanwhile needs none. */
function signal(pids: readonly number[], name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      continue
    }
  }
}

function inMiB(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`
}
