import { expect, test } from 'vitest'
import { L4 } from './experiments/l4-opt-outs.ts'
import { P1 } from './experiments/p1-refusals.ts'
import { P5 } from './experiments/p5-smsc.ts'
import { P6 } from './experiments/p6-malformed.ts'
import { P7 } from './experiments/p7-receipts.ts'
import { P8 } from './experiments/p8-callbacks.ts'
import { runAll } from './run.ts'

/** Those about SMS; `npm run crash` runs all of them at their full size. SEED repeats a schedule. */
const SHORT = [P1, P5, P6, P7, P8, L4]
const NAMED = SHORT.map((experiment) => [experiment.id, experiment.title, experiment] as const)

const seed = Number(process.env['SEED'] ?? 7)

test.each(NAMED)('%s: %s', { timeout: 480_000 }, async (_id, _title, experiment) => {
  const runs = await runAll({
    experiments: [experiment],
    seed,
    rounds: 1,
    messages: null,
    small: true,
    print: console.log,
  })
  expect(runs.map((run) => run.faults)).toEqual([[]])
})
