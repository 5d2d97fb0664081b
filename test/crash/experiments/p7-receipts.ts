import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../support/until.ts'
import { quantile } from '../answers.ts'
import { onBench, type Bench } from '../bench.ts'
import { addUp, type Context, type Experiment, type Result } from '../experiment.ts'
import { makePlan } from '../plan.ts'
import { startReceiptSmsc, type IdForms, type ReceiptSmsc } from '../receipt-smsc.ts'
import { SPELLINGS } from '../spellings.ts'

const FULL = { sms: 10_000, overMs: 10_000, forms: ['same', 'hex-dec', 'dec-hex'] } as const
/** Every spelling ten times. */
const SMALL = { sms: SPELLINGS.length * 10, overMs: 500, forms: ['hex-dec'] } as const

/** Receipts that wait for their answer at once. */
const AT_ONCE = 100
const ANSWER_MS = 1_000
/** Of those that are due at all. */
const MATCHED = 0.9999
const SETTLED_MS = 120_000
/** What matches nothing is looked at again every minute. */
const MATCHED_MS = 90_000

export const P7: Experiment = {
  id: 'P7',
  title: `receipts in ${SPELLINGS.length} spellings, early, thrice, in the wrong order, ids in the other base, all of them in one burst`,
  goal: `each message ends as its receipts say, ≥ ${100 * MATCHED} %; none refused; while ${AT_ONCE} wait at once, their answers take ≤ ${ANSWER_MS / 1_000} s at the 99th percentile`,
  rounds: 1,
  async run(context) {
    const results: Result[] = []
    for (const form of (context.small ? SMALL : FULL).forms) results.push(await tell(context, form))
    return addUp(results, [], [])
  },
}

async function tell(context: Context, form: IdForms): Promise<Result> {
  const directory = join(context.directory, form)
  mkdirSync(directory)
  const smsc = await startReceiptSmsc(join(directory, 'smsc.ledger'), form)
  const faults: string[] = []
  const smpp = { running: smsc, query: `binds=1&window=100&message_id=${form}` }
  const options = { nodes: 1, smpp, windows: { sms: 100, receipts: true } } as const
  const { facts: _, ...result } = await onBench({ ...context, directory }, options, (bench) =>
    measure(bench, context, form, smsc, faults),
  ).finally(() => void smsc.close())
  return { ...result, faults: [...result.faults, ...faults] }
}

async function measure(
  bench: Bench,
  context: Context,
  form: IdForms,
  smsc: ReceiptSmsc,
  faults: string[],
): Promise<string[]> {
  const { sms, overMs } = context.small ? SMALL : FULL
  const seed = `${context.seed}-${form}`
  const plan = makePlan({ seed, sms, overMs, tokens: 0, onUncertain: 'retry', chance: bench.chance('plan') })
  await bench.load(plan)
  await until(() => smsc.written.size >= sms, SETTLED_MS, 50)
  const began = performance.now()
  const { taken, refused, answerMs } = await smsc.release(AT_ONCE)
  const seconds = (performance.now() - began) / 1_000
  const p99 = quantile(answerMs, 0.99)
  if (refused > 0) faults.push(`${form}: ${refused} receipts were never taken`)
  if (!context.small && p99 > ANSWER_MS) faults.push(`${form}: receipts answered after ${p99.toFixed(0)} ms`)
  const wrong = await until(
    async () => ((await misjudged(bench, smsc)).length === 0 ? [] : null),
    MATCHED_MS,
    500,
  ).catch(() => misjudged(bench, smsc))
  const right = 1 - wrong.length / sms
  if (right < MATCHED) faults.push(`${form}: ${wrong.length} misjudged: ${wrong.slice(0, 5).join('; ')}`)
  return [
    `${form}: ${taken} receipts, ${(taken / seconds).toFixed(0)}/s`,
    `answer p99 ${p99.toFixed(0)} ms`,
    `right ${(100 * right).toFixed(2)} %`,
  ]
}

/** Those that did not end as their receipts say. */
async function misjudged(bench: Bench, smsc: ReceiptSmsc): Promise<string[]> {
  const { rows } = await bench.ask((db) =>
    db.query<{ name: string; status: string }>(`select coalesce(text, body) as name, status from messages`),
  )
  return rows.flatMap(({ name, status }) => {
    const spelling = smsc.written.get(name)
    return spelling?.ends.includes(status) === true ? [] : [`${spelling?.name}: ${status}`]
  })
}
