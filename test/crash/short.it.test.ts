import { expect, test } from 'vitest'
import { C1 } from './experiments/c1-kills.ts'
import { D3 } from './experiments/d3-lost-commits.ts'
import { runAll } from './run.ts'

/** Those short enough to be here; `npm run crash` runs all of them. SEED repeats a schedule. */
const SHORT = [C1, D3]
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
