import { until } from '../../support/until.ts'
import { onBench, type Bench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { readLines } from '../journal.ts'
import type { Call } from '../plan.ts'
import { wish } from '../wish.ts'

/** `graceMs`: what leaves so soon after the STOP was under way. The small one shares its machine with other tests. */
const FULL = { people: 10_000, sms: 100_000, perSecond: 200, graceMs: 1_000 }
const SMALL = { people: 100, sms: 1_000, perSecond: 20, graceMs: 15_000 }

/** Texts at once. */
const TEXTING = 50
const STOPPED_MS = 300_000
const DRAIN_MS = 600_000

/** The one that all of them were sent from. */
const SENDER = '+15005550006'

/** A STOP is not answered: what goes out is what was asked for. */
const ENV = { OPT_OUT_REPLY: 'none' }

export const L4: Experiment = {
  id: 'L4',
  title: `${FULL.people.toLocaleString('en')} people answer STOP while ${FULL.sms.toLocaleString('en')} messages to them wait`,
  goal: `none is submitted later than ${FULL.graceMs / 1_000} s after its STOP was stored; each that is left is suppressed`,
  rounds: 1,
  run: (context) => stopAll(context),
}

async function stopAll(context: Context): Promise<Result> {
  const { people, sms, perSecond, graceMs } = context.small ? SMALL : FULL
  const smpp = { query: `binds=1&window=10&per_second=${perSecond}` }
  const options = { nodes: 1, env: ENV, smpp, windows: { sms: 10, optOuts: true }, drainMs: DRAIN_MS } as const
  let stops: ReadonlyMap<string, number> = new Map()
  let ledger = ''
  const { facts, ...result } = await onBench(context, options, async (bench) => {
    ledger = bench.cluster.smsc?.ledger ?? ''
    await bench.load(callsOf(context, people, sms))
    const before = submissions(ledger).length
    await textAll(bench, people)
    stops = await stopsOf(bench, people)
    return [`${before} of ${sms} were submitted before the first STOP`]
  })
  const suppressed = facts.kept.filter((row) => row.status === 'suppressed').length
  const latestMs = Math.max(0, ...submissions(ledger).map(({ at, to }) => Date.parse(at) - (stops.get(to) ?? Infinity)))
  const faults = [
    ...(stops.size < people ? [`${people - stops.size} of ${people} STOPs were not stored`] : []),
    ...(latestMs > graceMs ? [`one was submitted ${(latestMs / 1_000).toFixed(1)} s after its STOP`] : []),
    ...(suppressed === 0 ? ['nothing was left to suppress, so nothing was tried'] : []),
  ]
  const figures = [`suppressed ${suppressed}`, `latest ${(latestMs / 1_000).toFixed(2)} s after its STOP`]
  return { ...result, figures: [...result.figures, ...figures], faults: [...result.faults, ...faults] }
}

/** All at once, one to each person after the other. */
function callsOf({ seed }: Context, people: number, sms: number): Call[] {
  return Array.from({ length: sms }, (_, number) => {
    const text = `kill ${seed}: message ${number}`
    return {
      key: `kill-${seed}-sms-${number}`,
      channel: 'sms',
      path: '/smss',
      body: JSON.stringify({
        contact: contactOf(number % people),
        subject: 'Kill test',
        message: text,
        on_uncertain: 'retry',
      }),
      names: [text],
      onUncertain: 'retry',
      atMs: 0,
    }
  })
}

/** Nobody's; one of these numbers would be the sender's own. */
function contactOf(person: number): string {
  const contact = `+1500555${String(person).padStart(4, '0')}`
  return contact === SENDER ? '+12025550106' : contact
}

async function textAll(bench: Bench, people: number): Promise<void> {
  let next = 0
  const text = async (): Promise<void> => {
    for (let person = next++; person < people; person = next++) {
      await wish(bench, { inbound: { from: contactOf(person), to: SENDER, text: 'STOP' } })
    }
  }
  await Promise.all(Array.from({ length: TEXTING }, text))
}

/** When each of them was stored, in milliseconds since 1970; waits until all are. */
async function stopsOf(bench: Bench, people: number): Promise<ReadonlyMap<string, number>> {
  return bench.ask(async (db) => {
    const read = async (): Promise<Map<string, number>> => {
      const { rows } = await db.query<{ contact: string; ms: number }>(
        `select contact, (extract(epoch from min(since)) * 1000)::float8 as ms from opt_outs group by contact`,
      )
      return new Map(rows.map(({ contact, ms }) => [contact, ms]))
    }
    await until(async () => (await read()).size >= people, STOPPED_MS, 200).catch(() => undefined)
    return read()
  })
}

interface Submitted {
  readonly at: string
  readonly to: string
}

/** Lines of the look-alike's ledger. */
function submissions(ledger: string): Submitted[] {
  return readLines(ledger) as Submitted[]
}
