import { mkdirSync, chmodSync } from 'node:fs'
import { join } from 'node:path'
import { quantile } from '../answers.ts'
import { onBench, type Bench } from '../bench.ts'
import { carry, PUSHES } from '../carry.ts'
import { cpuBetween, cpuOf } from '../cpu.ts'
import { addUp, type Context, type Experiment, type Result } from '../experiment.ts'
import { startFaultProxy, type FaultProxy } from '../fault-proxy.ts'
import { countStreams } from '../http2-streams.ts'
import { killAndFollow, type Followed } from '../left-behind.ts'
import { watchLocks, type Locks } from '../lock-watch.ts'
import { elsewhere, lacksHosts } from '../other-hosts.ts'

const FULL = { turns: [1, 2, 4], sms: 4_000, tokens: 8_000, overMs: 20_000 }
const SMALL = { turns: [1, 2], sms: 600, tokens: 1_500, overMs: 4_000 }

/** Of FCM, for all nodes together; four fifths are used: 800 a second. So the pace is the limit, not the machine. */
const PER_MINUTE = 60_000
const PACE = (PER_MINUTE / 60) * 0.8

/** A bucket holds one second's worth, so over ten seconds eleven may go. */
const WINDOW_MS = 10_000

/** How far a node may be from its equal share, how much of the pace all of them must reach, and how many sessions more may wait for locks. */
const LIMITS = { share: 0.5, pace: 0.85, p99Ms: 45_000, absentMs: 60_000, waiting: 0.05 }

export const S1: Experiment = {
  id: 'S1',
  title: 'the same load on 1, 2 and 4 nodes, in turn; one of several is killed, on a host that nobody else can see',
  goal: `together they stay within the quota, each near its share, no waits for locks that grow, no deadlock, what a dead node left is sent again within 45 s (p99)`,
  rounds: 1,
  missing: lacksHosts,
  run: (context) => compare(context),
}

/** What one turn showed. */
interface Turn {
  readonly nodes: number
  readonly cpuMs: number
  /** Of each node, of all pushes while all were at work. */
  readonly shares: readonly number[]
  readonly perSecond: number
  /** The most in any ten seconds. */
  readonly mostInWindow: number
  readonly locks: Locks
  /** Messages and targets of pushes. */
  readonly messages: number
  /** What became of what the killed node had left; null: none was killed. */
  readonly followed: Followed | null
}

async function compare(context: Context): Promise<Result> {
  const { turns: counts } = context.small ? SMALL : FULL
  const results: Result[] = []
  const turns: Turn[] = []
  for (const [number, nodes] of counts.entries()) {
    const directory = join(context.directory, `${number}-nodes-${nodes}`)
    mkdirSync(directory)
    chmodSync(directory, 0o711)
    const kill = nodes > 1 && counts.indexOf(nodes) === number
    const { turn, result } = await runWith(nodes, kill, { ...context, directory, seed: `${context.seed}-${number}` })
    turns.push(turn)
    results.push(result)
  }
  const sizes = [...new Set(counts)]
  const faults = sizes.flatMap((nodes) => judge(nodes, turns))
  const figures = sizes.map((nodes) => tell(nodes, turns))
  return addUp(results, figures, faults)
}

async function runWith(nodes: number, kill: boolean, context: Context): Promise<{ turn: Turn; result: Result }> {
  const pushed: number[][] = Array.from({ length: nodes }, () => [])
  const proxies: FaultProxy[] = []
  const turns: Turn[] = []
  const { facts: _, ...result } = await onBench(
    context,
    {
      nodes,
      env: { FCM_MESSAGES_PER_MINUTE: String(PER_MINUTE) },
      async wire({ fcm }) {
        const watch = (times: number[]) => () => countStreams(() => void times.push(Date.now()))
        const target = new URL(fcm).host
        for (const times of pushed) proxies.push(await startFaultProxy({ target, watch: watch(times) }))
        return {}
      },
      life(node, life) {
        const { before } = elsewhere(`node-${node}-${life}`)
        return { before, env: { FCM_BASE_URL: `http://127.0.0.1:${proxies[node]?.port ?? 0}` } }
      },
    },
    async (bench) => {
      turns.push(await measure(bench, context, pushed, kill))
      return []
    },
  ).finally(() => {
    for (const proxy of proxies) void proxy.close()
  })
  const [turn] = turns
  if (turn === undefined) throw new Error('a turn was not measured')
  return { turn, result }
}

async function measure(bench: Bench, context: Context, pushed: number[][], kill: boolean): Promise<Turn> {
  const { sms, tokens, overMs } = context.small ? SMALL : FULL
  const { cluster } = bench
  // Code is compiled and connections are open afterwards, and every node has counted the others.
  await carry(bench, `${context.seed}-first`, { sms: sms / 2, tokens: tokens / 2, overMs: overMs / 2 })
  for (const times of pushed) times.length = 0
  const watch = watchLocks(cluster.postgres.url)
  const before = cpuOf(cluster)
  await carry(bench, `${context.seed}-load`, { sms, tokens, overMs })
  const messages = sms + PUSHES * tokens
  const cpu = cpuBetween(before, cpuOf(cluster), messages)
  const cpuMs = cpu.nodes + cpu.postgres
  const locks = await watch.stop()
  const paced = readPace(pushed)
  const followed = kill ? await killAndFollow(bench, `${context.seed}-kill`) : null
  return { nodes: pushed.length, cpuMs, ...paced, locks, messages, followed }
}

/** Until nine tenths were sent: at the end some nodes have nothing left. */
function readPace(pushed: readonly number[][]): Pick<Turn, 'shares' | 'perSecond' | 'mostInWindow'> {
  const times = pushed.flat().toSorted((a, b) => a - b)
  const [from, to] = [times[0] ?? 0, quantile(times, 0.9)]
  const within = (all: readonly number[]): number => all.filter((at) => at <= to).length
  let [mostInWindow, first] = [0, 0]
  for (const [index, at] of times.entries()) {
    while ((times[first] ?? at) <= at - WINDOW_MS) first += 1
    mostInWindow = Math.max(mostInWindow, index - first + 1)
  }
  const shares = pushed.map((own) => within(own) / within(times))
  return { shares, perSecond: within(times) / ((to - from) / 1_000), mostInWindow }
}

function judge(nodes: number, all: readonly Turn[]): string[] {
  const turns = all.filter((turn) => turn.nodes === nodes)
  const quota = (PER_MINUTE / 60_000) * WINDOW_MS
  const unfair = turns.flatMap(({ shares }) => shares.filter((share) => Math.abs(share * nodes - 1) > LIMITS.share))
  const slow = turns.filter(({ perSecond }) => perSecond < PACE * LIMITS.pace)
  const followed = followedIn(turns)
  const [p99, absent] = [quantile(followed.ms, 0.99), quantile(followed.absentMs, 1)]
  const waiting = meanWaiting(turns) - meanWaiting(all.filter((turn) => turn.nodes === 1))
  const checks: readonly (readonly [boolean, string])[] = [
    [turns.some(({ mostInWindow }) => mostInWindow > quota), `more than the quota of ${quota} within 10 s`],
    [unfair.length > 0, `shares of ${unfair.map(inPercent).join(', ')}`],
    [slow.length > 0, `only ${slow.map(({ perSecond }) => perSecond.toFixed(0)).join(', ')} pushes/s of ${PACE}`],
    [p99 > LIMITS.p99Ms, `what was left was sent again after ${inSeconds(p99)} (p99)`],
    [absent > LIMITS.absentMs, `what the provider had no record of was sent again after ${inSeconds(absent)}`],
    [waiting > LIMITS.waiting, `${waiting.toFixed(2)} sessions more than with one node wait for locks`],
    [turns.some(({ locks }) => locks.deadlocks > 0), 'deadlocks'],
  ]
  return checks.flatMap(([wrong, what]) => (wrong ? [`${nodes} nodes: ${what}`] : []))
}

function tell(nodes: number, all: readonly Turn[]): string {
  const turns = all.filter((turn) => turn.nodes === nodes)
  const { ms, absentMs } = followedIn(turns)
  const shares = turns.flatMap((turn) => turn.shares)
  const ungranted = turns.flatMap(({ locks }) => Object.entries(locks.ungranted).map(([on, count]) => `${count} ${on}`))
  const words = [
    `${quantile(
      turns.map(({ perSecond }) => perSecond),
      0.5,
    ).toFixed(0)} pushes/s`,
    `at most ${Math.max(...turns.map(({ mostInWindow }) => mostInWindow))} in 10 s`,
    `shares ${inPercent(Math.min(...shares))} to ${inPercent(Math.max(...shares))}`,
    `CPU a message ${cpuOfTurns(turns).toFixed(2)} ms (${cpuRatio(nodes, all).toFixed(2)} ×)`,
    `${transactionsOf(turns).toFixed(2)} transactions a message`,
    `waiting for locks ${meanWaiting(turns).toFixed(3)} sessions, not granted ${ungranted.join(', ') || 'none'}`,
    ...(ms.length === 0 ? [] : [`${ms.length} left by a killed node were sent again or settled after ${tellMs(ms)}`]),
    ...(absentMs.length === 0
      ? []
      : [`${absentMs.length} more, which the provider had no record of, after ${tellMs(absentMs)}`]),
  ]
  return `${nodes} ${nodes === 1 ? 'node' : 'nodes'}: ${words.join('; ')}`
}

function cpuRatio(nodes: number, all: readonly Turn[]): number {
  const of = (count: number): number => cpuOfTurns(all.filter((turn) => turn.nodes === count))
  return of(nodes) / of(1)
}

function transactionsOf(turns: readonly Turn[]): number {
  const messages = turns.reduce((sum, turn) => sum + turn.messages, 0)
  return turns.reduce((sum, { locks }) => sum + locks.commits, 0) / messages
}

function followedIn(turns: readonly Turn[]): Followed {
  const followed = turns.flatMap((turn) => turn.followed ?? [])
  return { ms: followed.flatMap(({ ms }) => ms), absentMs: followed.flatMap(({ absentMs }) => absentMs) }
}

/** The mean: of two turns there is no better middle. */
function cpuOfTurns(turns: readonly Turn[]): number {
  return turns.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / turns.length
}

function meanWaiting(turns: readonly Turn[]): number {
  const looks = turns.reduce((sum, { locks }) => sum + locks.looks, 0)
  return turns.reduce((sum, { locks }) => sum + locks.waiting, 0) / Math.max(1, looks)
}

function tellMs(ms: readonly number[]): string {
  const at = (share: number): string => inSeconds(quantile(ms, share))
  return `p50 ${at(0.5)} p99 ${at(0.99)} max ${at(1)}`
}

function inPercent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
