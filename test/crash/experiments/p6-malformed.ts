import { readFileSync } from 'node:fs'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { startFaultProxy, type FaultProxy } from '../fault-proxy.ts'
import { MALFORMED, mutated } from '../malformed.ts'
import { makePlan } from '../plan.ts'

const FULL = { kinds: Object.keys(MALFORMED), mutations: 100_000 }
/** Those that end a session cost a second or more each, before there is another. */
const SMALL = {
  kinds: [
    'a length of 3',
    'less than it says',
    'a text without its end',
    'a parameter beyond its end',
    'an unknown command',
  ],
  mutations: 3_000,
}

/** PDUs in one write. */
const AT_ONCE = 500
/** For each kind, and for each write of mutations. */
const SMS = 5
const GROWTH_MB = 100

/** Half a PDU is given up after 10 s; where binds end again and again, the next one comes after up to 60 s. */
const SENT_MS = 120_000
const HANG_MS = 75_000
const DRAIN_MS = 240_000

export const P6: Experiment = {
  id: 'P6',
  title: `an SMSC that sends ${FULL.kinds.length} kinds of malformed PDU, and ${FULL.mutations.toLocaleString('en')} whose octets were changed at random`,
  goal: `the node lives, messages go on within ${HANG_MS / 1_000} s after each; lost 0, doubled only where it is marked; memory + ≤ ${GROWTH_MB} MB`,
  rounds: 1,
  run: (context) => talkNonsense(context),
}

async function talkNonsense(context: Context): Promise<Result> {
  let proxy: FaultProxy | null = null
  const wire = async ({ smsc }: { readonly smsc: string | null }): Promise<{ smsc: string }> => {
    proxy = await startFaultProxy({ target: smsc ?? '' })
    return { smsc: `127.0.0.1:${proxy.port}` }
  }
  const { kinds, mutations } = context.small ? SMALL : FULL
  // A session that ends leaves what it held in doubt.
  const windows = { sms: 10, links: kinds.length + Math.ceil(mutations / AT_ONCE) }
  const faults: string[] = []
  const options = { nodes: 1, smpp: { query: 'binds=1&window=10' }, wire, windows, drainMs: DRAIN_MS }
  const { facts: _, ...result } = await onBench(context, options, async (bench) => {
    if (proxy === null) throw new Error('there is no proxy')
    await goOn(bench, context, 'usual')
    const before = memoryMb(bench)
    const slowest = await sayAll(bench, context, proxy, faults)
    const links = proxy.ended()
    await sayMutated(bench, context, proxy, faults)
    const growth = Math.max(0, memoryMb(bench) - before)
    if (!context.small && growth > GROWTH_MB) faults.push(`memory + ${growth.toFixed(0)} MB`)
    const [node] = bench.cluster.nodes
    if (node === undefined || node.ends.length > 0) faults.push('the node ended')
    return [
      `${kinds.length} kinds, ${links} sessions ended by them`,
      `slowest went on after ${(slowest / 1_000).toFixed(1)} s`,
      `${mutations.toLocaleString('en')} mutations, ${proxy.ended() - links} sessions ended by them`,
      `memory + ${growth.toFixed(0)} MB`,
    ]
  }).finally(() => void proxy?.close())
  return { ...result, faults: [...result.faults, ...faults] }
}

/** Resolves with the longest time until messages went on. */
async function sayAll(bench: Bench, context: Context, proxy: FaultProxy, faults: string[]): Promise<number> {
  let slowest = 0
  for (const [number, kind] of (context.small ? SMALL : FULL).kinds.entries()) {
    await until(() => proxy.open() > 0, SENT_MS, 20)
    proxy.inject(MALFORMED[kind] ?? Buffer.alloc(0))
    const ms = await goOn(bench, context, `kind ${number}`)
    slowest = Math.max(slowest, ms)
    if (!context.small && ms > HANG_MS) faults.push(`after ${kind} nothing went on for ${(ms / 1_000).toFixed(0)} s`)
  }
  return slowest
}

async function sayMutated(bench: Bench, context: Context, proxy: FaultProxy, faults: string[]): Promise<void> {
  const chance = bench.chance('mutations')
  const { mutations } = context.small ? SMALL : FULL
  for (let said = 0; said < mutations; said += AT_ONCE) {
    await until(() => proxy.open() > 0, SENT_MS, 20)
    proxy.inject(mutated(Math.min(AT_ONCE, mutations - said), chance))
    const ms = await goOn(bench, context, `mutations ${said}`)
    if (!context.small && ms > HANG_MS)
      faults.push(`after mutations from ${said} on nothing went on for ${(ms / 1_000).toFixed(0)} s`)
  }
}

/** Some messages; resolves with the milliseconds until one of them is taken. */
async function goOn(bench: Bench, context: Context, part: string): Promise<number> {
  const seed = `${context.seed} ${part}`
  const plan = makePlan({
    seed,
    sms: SMS,
    tokens: 0,
    overMs: 1,
    onUncertain: 'retry',
    chance: bench.chance(`plan ${part}`),
  })
  const began = performance.now()
  await bench.load(plan.map((call) => ({ ...call, key: call.key.replaceAll(' ', '-'), atMs: 0 })))
  await until(() => isTaken(bench, ` ${part}: `), SENT_MS, 20)
  return performance.now() - began
}

function isTaken({ cluster }: Bench, words: string): boolean {
  return readFileSync(cluster.smsc?.ledger ?? '', 'utf8').includes(words)
}

/** Resident. Source: proc(5). */
function memoryMb({ cluster }: Bench): number {
  const pid = cluster.nodes[0]?.pid()
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1_024
}
