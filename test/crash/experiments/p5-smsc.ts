import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import { addUp, type Context, type Experiment, type Result } from '../experiment.ts'
import { makePlan, type Call } from '../plan.ts'
import { wish } from '../wish.ts'

/** What the SMSC takes a second. */
const LIMIT = 50

const FULL = { throttledSeconds: 60, sms: 150 }
const SMALL = { throttledSeconds: 6, sms: 40 }

/** `told`: SMPP_URL says what the SMSC takes; `found`: the node finds out by trying. */
const GOAL = { told: 0.9, found: 0.7, tries: 1.2, rebindMs: 60_000 }

/** An answer is waited for 30 s; what is left in doubt goes out again after 60 s at least. */
const LATE_MS = 40_000
const DRAIN_MS = 240_000
const SENT_MS = 240_000
const WINDOW = 10

/** Numbers with which the look-alike answers twice, with a sequence number of nobody's, or behind the next one; any four digits follow. */
const ODD_ANSWERS = { small: ['+1500716', '+1500718'], full: ['+1500716', '+1500718', '+1500717'] } as const

export const P5: Experiment = {
  id: 'P5',
  title: `the SMSC takes ${LIMIT} a second and refuses more, has a full queue, unbinds, cuts, falls silent, answers late, twice, and out of order`,
  goal: `goodput ≥ ${GOAL.told} × its limit where SMPP_URL tells it, else ≥ ${GOAL.found}, with ≤ ${GOAL.tries} tries for each taken; bound again ≤ ${GOAL.rebindMs / 1_000} s after; lost 0, doubled only where it is marked, none with another's id`,
  rounds: 1,
  async run(context) {
    const results = [await resist(context)]
    if (!context.small) results.push(await keepPace(context))
    return addUp(results, [], [])
  },
}

/** What the SMSC takes is known. */
async function keepPace(context: Context): Promise<Result> {
  const directory = join(context.directory, 'told')
  mkdirSync(directory)
  const query = `binds=1&window=${WINDOW}&per_second=${LIMIT}`
  const smpp = { flags: ['--per-second', String(LIMIT)], query }
  const faults: string[] = []
  const options = { nodes: 1, smpp, windows: { sms: WINDOW }, drainMs: DRAIN_MS }
  const { facts: _, ...result } = await onBench({ ...context, directory }, options, async (bench) => [
    await throttle(bench, context, 'told', faults),
  ])
  return { ...result, faults: [...result.faults, ...faults] }
}

async function resist(context: Context): Promise<Result> {
  const faults: string[] = []
  // The small one has no time for what takes a minute: silence, late answers, answers to nobody.
  const rules = [
    { when: { text: '*full queue*' }, times: WINDOW, play: { status: 'ESME_RMSGQFUL' } },
    { when: { text: '*late*' }, times: WINDOW, play: { slowMs: LATE_MS } },
  ]
  const smpp = { flags: ['--per-second', String(LIMIT)], rules, query: `binds=1&window=${WINDOW}` }
  // Whatever it held may be in doubt: each time that its link ends, and where its answers are late or lost.
  const options = { nodes: 1, smpp, windows: { sms: WINDOW, links: context.small ? 4 : 20 }, drainMs: DRAIN_MS }
  const { facts: _, ...result } = await onBench(context, options, async (bench) => {
    const figures = [await throttle(bench, context, 'found', faults)]
    figures.push(await endLinks(bench, context, 'unbind', faults))
    figures.push(await endLinks(bench, context, 'cut', faults))
    await oddAnswers(bench, context)
    if (context.small) return figures
    figures.push(await fallSilent(bench, context, faults))
    await bench.load([...calls(bench, context, 'full queue', 60), ...calls(bench, context, 'late', WINDOW)])
    return figures
  })
  return { ...result, faults: [...result.faults, ...faults] }
}

/** More at once than it takes. */
async function throttle(bench: Bench, context: Context, way: 'told' | 'found', faults: string[]): Promise<string> {
  const count = LIMIT * (context.small ? SMALL : FULL).throttledSeconds
  await bench.load(calls(bench, context, 'throttled', count).map((call) => ({ ...call, atMs: 0 })))
  const began = performance.now()
  const before = taken(bench)
  await until(() => taken(bench) >= count, SENT_MS, 20)
  const goodput = (taken(bench) - before) / ((performance.now() - began) / 1_000) / LIMIT
  const { rows } = await bench.ask((db) =>
    db.query<{ tries: number }>(`select sum(attempt)::integer as tries from messages`),
  )
  const tries = (rows[0]?.tries ?? 0) / count
  // A few seconds tell nothing of a pace that is found by trying.
  if (!context.small && goodput < GOAL[way]) faults.push(`limit ${way}: goodput ${goodput.toFixed(2)} of it`)
  if (!context.small && tries > GOAL.tries)
    faults.push(`limit ${way}: ${tries.toFixed(2)} tries for each that was taken`)
  return `limit of ${LIMIT}/s ${way}: goodput ${goodput.toFixed(2)}, tries ${tries.toFixed(2)}`
}

/** The links end while many messages are under way. */
async function endLinks(bench: Bench, context: Context, deed: 'unbind' | 'cut', faults: string[]): Promise<string> {
  const loading = bench.load(calls(bench, context, deed, (context.small ? SMALL : FULL).sms))
  const before = taken(bench)
  await until(() => taken(bench) > before, SENT_MS, 5)
  await wish(bench, { [deed]: true })
  const at = performance.now()
  const left = taken(bench)
  // All may have been taken by then.
  const loadingMore = bench.load(calls(bench, context, `after the ${deed}`, WINDOW))
  await until(async () => (await binds(bench)) > 0 && taken(bench) > left, SENT_MS, 20)
  const ms = performance.now() - at
  await Promise.all([loading, loadingMore])
  return judgeBack(context, deed, ms, faults)
}

/** Nothing comes back any more, no answer and no enquire_link_resp, for longer than either is waited for. */
async function fallSilent(bench: Bench, context: Context, faults: string[]): Promise<string> {
  await wish(bench, { mute: true })
  await bench.load(calls(bench, context, 'silence', WINDOW))
  // The node has waited for an answer as long as it waits, and has given the bind up.
  await until(async () => (await binds(bench)) === 0, SENT_MS, 20)
  await wish(bench, { mute: false })
  const at = performance.now()
  const left = taken(bench)
  await bench.load(calls(bench, context, 'after the silence', WINDOW))
  await until(() => taken(bench) > left, SENT_MS, 20)
  return judgeBack(context, 'silence', performance.now() - at, faults)
}

function judgeBack({ small }: Context, what: string, ms: number, faults: string[]): string {
  if (!small && ms > GOAL.rebindMs) faults.push(`${what}: the first message came ${(ms / 1_000).toFixed(1)} s after`)
  return `${what}: back after ${(ms / 1_000).toFixed(1)} s`
}

/** To numbers with which the look-alike answers in a way that could be taken for another's answer. */
async function oddAnswers(bench: Bench, context: Context): Promise<void> {
  const numbers = ODD_ANSWERS[context.small ? 'small' : 'full']
  const odd = numbers.flatMap((prefix, kind) =>
    calls(bench, context, `odd ${kind}`, WINDOW).map((call, index) => ({
      ...call,
      body: call.body.replace(/"contact":"[^"]*"/, `"contact":"${prefix}${String(index).padStart(4, '0')}"`),
    })),
  )
  // One that waits for the next answer needs a next one.
  await bench.load([...odd, ...calls(bench, context, 'even', WINDOW)])
}

function calls(bench: Bench, context: Context, part: string, sms: number): Call[] {
  const seed = `${context.seed} ${part}`
  const plan = makePlan({
    seed,
    sms,
    tokens: 0,
    overMs: 1_000,
    onUncertain: 'retry',
    chance: bench.chance(`plan ${part}`),
  })
  return plan.map((call) => ({ ...call, key: call.key.replaceAll(' ', '-') }))
}

function taken({ cluster }: Bench): number {
  return readFileSync(cluster.smsc?.ledger ?? '', 'utf8').split('\n').length - 1
}

async function binds(bench: Bench): Promise<number> {
  const { binds: count } = await wish(bench, {})
  return Number(count)
}
