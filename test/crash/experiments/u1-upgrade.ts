import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../../support/until.ts'
import { quantile, readAnswers } from '../answers.ts'
import { onBench, type Bench } from '../bench.ts'
import type { ClusterNode } from '../cluster.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { lacksHaproxy, startHaproxy, type Balancer } from '../haproxy.ts'
import { watchLockWaits } from '../lock-watch.ts'
import { buildOlder, lacksHistory } from '../older-build.ts'
import { pausedThrough, registerReaders, sendInLanguages, wrongWords, type Paused } from '../upgrade-acts.ts'
import { loadForUpgrade } from '../upgrade-load.ts'

const FULL = { sms: 12_000, tokens: 2_000, overMs: 120_000, stayMs: 15_000 }
const SMALL = { sms: 1_500, tokens: 300, overMs: 60_000, stayMs: 5_000 }

/** The longest that anything but the migration may wait for a lock. */
const MOST_LOCK_MS = 2_000
const READY_MS = 60_000
const DOWN_MS = 2_000

/** What the older program says of a schema that it does not know. */
const REFUSAL = 'The database was migrated by a newer Tidings'
const REFUSED_TO_START = 2

export const U1: Experiment = {
  id: 'U1',
  title:
    'two nodes of the release before, behind haproxy and under load, are replaced one by one; each version dies beside the other; one goes back',
  goal: `lost 0, unexpected 0, doubled only in doubt; no answer ≥ 500 but to what older nodes can’t do, nobody waits more than ${MOST_LOCK_MS / 1_000} s for a lock; words in each device’s language; the older program refuses the new schema in words`,
  rounds: 1,
  missing: () => lacksHaproxy() ?? lacksHistory(),
  run: (context) => upgrade(context),
}

/** What each place runs at its next start. */
type Versions = ('older' | 'newer')[]

interface Stage {
  readonly bench: Bench
  readonly versions: Versions
  readonly balancer: Balancer
  readonly stayMs: number
}

async function upgrade(context: Context): Promise<Result> {
  const { stayMs, ...size } = context.small ? SMALL : FULL
  const older = buildOlder(context.directory, context.old ?? null)
  const versions: Versions = ['older', 'older']
  const life = (node: number) => (versions[node] === 'older' ? { main: older.main } : {})
  const faults: string[] = []
  const options = { nodes: 2, host: () => '127.0.0.1', life }
  const { facts: _, ...result } = await onBench(context, options, async (bench) => {
    const urls = bench.cluster.nodes.map((node) => node.url)
    const balancer = await startHaproxy(urls, context.directory)
    const locks = watchLockWaits(bench.cluster.postgres.url)
    const loaded = loadForUpgrade(bench, context, balancer.url, size)
    // Who waits for it may have failed before.
    loaded.catch(() => undefined)
    const acts = await rollOver({ bench, versions, balancer, stayMs }, context, faults)
    await loaded
    const longestMs = await locks.stop()
    await balancer.stop()
    if (longestMs > MOST_LOCK_MS) faults.push(`somebody waited ${longestMs} ms for a lock`)
    faults.push(...judgePauses(acts.pauses), ...judgeAnswers(context.directory), ...readBugs(bench))
    return [`from ${older.commit} (${older.knows})`, `longest wait for a lock ${longestMs} ms`, ...acts.figures]
  })
  faults.push(...wrongWords(context.directory))
  return { ...result, faults: [...result.faults, ...faults] }
}

interface Acts {
  readonly figures: readonly string[]
  readonly pauses: readonly Paused[]
}

/** Out of two, one, and none of the older ones; then back, which must not work. */
async function rollOver(stage: Stage, context: Context, faults: string[]): Promise<Acts> {
  const { bench, stayMs } = stage
  const [first, second] = bench.cluster.nodes
  if (first === undefined || second === undefined) throw new Error('there are no two nodes')
  await delay(stayMs)
  const migratedMs = await replace(stage, 0)
  await registerReaders(first.url, context.seed)
  // Asked for beside an older node, and again until it is taken: at the latest when the last one is gone.
  const languages = sendInLanguages(bench, context.seed, first.url)
  languages.catch(() => undefined)
  const beside = await pausedThrough(bench, context.directory, first.url, `${context.seed} beside`)
  await delay(stayMs)
  await kill(stage, 0, 'newer')
  await delay(stayMs)
  await kill(stage, 1, 'newer')
  await languages
  const alone = await pausedThrough(bench, context.directory, second.url, `${context.seed} alone`)
  if (!alone.wasTaken) faults.push(`with new nodes alone one push could not be paused: ${alone.answer}`)
  await goBack(stage, faults)
  const figures = [
    `first new node ready after ${(migratedMs / 1_000).toFixed(1)} s`,
    `one push paused beside an older node: ${beside.answer}, alone: ${alone.answer}`,
    ...judgeLanguages(context.directory),
  ]
  return { figures, pauses: [beside, alone] }
}

/** In order. Resolves with how long the new one took until calls were led to it again. */
async function replace({ bench, versions, balancer }: Stage, place: number): Promise<number> {
  const node = nodeAt(bench, place)
  versions[place] = 'newer'
  const end = await stopped(node)
  await until(async () => (await balancer.countUp()) === 2, READY_MS, 50)
  return Date.now() - end.at
}

/** SIGKILL; the other takes over what it held before it is back. */
async function kill({ bench, versions, balancer }: Stage, place: number, next: Versions[number]): Promise<void> {
  versions[place] = next
  await bench.killNodes([place])
  // haproxy believes in a node for a second and a half after its death.
  await delay(DOWN_MS)
  await until(async () => (await balancer.countUp()) === 2, READY_MS, 50)
}

/** The older program on the new schema. */
async function goBack({ bench, versions, balancer }: Stage, faults: string[]): Promise<void> {
  const node = nodeAt(bench, 0)
  const lives = node.ends.length + 1
  versions[0] = 'older'
  await stopped(node)
  const refused = await until(() => node.ends[lives], READY_MS, 50)
  versions[0] = 'newer'
  if (refused.exitCode !== REFUSED_TO_START) faults.push(`the older program ended with ${refused.exitCode}`)
  const log = readFileSync(bench.cluster.logs[0] ?? '', 'utf8')
  if (!log.includes(REFUSAL)) faults.push('the older program did not say why it does not start')
  await until(async () => (await balancer.countUp()) === 2, READY_MS, 50)
}

async function stopped(node: ClusterNode): Promise<ClusterNode['ends'][number]> {
  const lives = node.ends.length
  const pid = node.pid()
  if (pid === null) throw new Error('the node is down')
  process.kill(pid, 'SIGTERM')
  return until(() => node.ends[lives], READY_MS, 20)
}

function nodeAt({ cluster }: Bench, place: number): ClusterNode {
  const node = cluster.nodes[place]
  if (node === undefined) throw new Error(`there is no node ${place}`)
  return node
}

function judgePauses(pauses: readonly Paused[]): string[] {
  return pauses.flatMap(({ wasTaken, sentMeanwhile, answer }) => [
    ...(wasTaken && sentMeanwhile > 0 ? [`${sentMeanwhile} targets of a paused push were sent to`] : []),
    ...(wasTaken || answer === '503 upgrading' ? [] : [`the pause was answered ${answer}`]),
  ])
}

/** What the service itself answered; haproxy has no JSON for the calls that a killed node had. */
function judgeAnswers(directory: string): string[] {
  const bad = readAnswers(directory).filter(({ why }) => /^5\d\d /.test(why) && why !== '503 upgrading')
  return bad.length === 0 ? [] : [`${bad.length} answers ≥ 500: ${[...new Set(bad.map(({ why }) => why))].join(', ')}`]
}

function judgeLanguages(directory: string): string[] {
  const answers = readAnswers(directory)
  const told = answers.filter(({ why }) => why === '503 upgrading').length
  const cut = answers.filter(({ kind, why }) => kind === 'unknown' && !/^\d/.test(why)).length
  const ms = answers.filter(({ kind }) => kind === 'acknowledged').map((answer) => answer.ms)
  return [
    `pushes in languages told to wait ${told} times`,
    `calls cut off by kills ${cut}`,
    `answered after p99 ${quantile(ms, 0.99)} ms`,
  ]
}

/** What a node took for a bug, and statements that no longer fit the schema under them. */
function readBugs({ cluster }: Bench): string[] {
  const lines = cluster.logs.flatMap((log) => readFileSync(log, 'utf8').split('\n'))
  const bugs = lines.filter((line) => /internal_error|cached plan|does not exist|42P10/.test(line))
  return bugs.length === 0 ? [] : [`${bugs.length} errors in the logs: ${bugs[0]?.slice(0, 300)}`]
}
