import { expect, test } from 'vitest'
import { allScenarios, follow, withOneMore, type Ended, type Schedule } from './schedules.ts'

/** Of the scenarios, and of the schedules with two faults, every so manieth is followed. 1: all of them, which takes minutes, and days. */
const EVERY = Number(process.env['EVERY'] ?? 29)
const EVERY_PAIR = Number(process.env['EVERY_PAIR'] ?? 1_000)

/** SCHEDULE, as a failure prints it, follows that one alone, and TRACE=1 tells what happens. */
const ONLY = process.env['SCHEDULE']
const TRACE = process.env['TRACE'] === undefined ? null : (line: string) => void process.stderr.write(`${line}\n`)

/** Some seconds on a quiet machine. Nothing here waits: a slow one only takes longer. */
const LONG_MS = 3_600_000

const SCENARIOS = allScenarios().filter((_, index) => index % EVERY === 0)

async function pass(schedule: Schedule): Promise<Ended> {
  const ended = await follow(schedule, TRACE)
  expect(ended.problems, `SCHEDULE='${JSON.stringify(schedule)}' TRACE=1 tells it`).toEqual([])
  return ended
}

test(
  'whatever statement a node dies at, sleeps at or loses the answer of, its messages have their end, and none is doubled without a doubt',
  { timeout: LONG_MS },
  async () => {
    if (ONLY !== undefined) return void (await pass(JSON.parse(ONLY) as Schedule))
    const begun = performance.now()
    let followed = 0
    let pairs = 0
    for (const scenario of SCENARIOS) {
      for (const one of withOneMore(await pass({ scenario, faults: [] }))) {
        const ended = await pass(one)
        followed += 1
        for (const two of withOneMore(ended)) {
          pairs += 1
          if (pairs % EVERY_PAIR !== 0) continue
          await pass(two)
          followed += 1
        }
      }
    }
    const perSecond = Math.round((followed / (performance.now() - begun)) * 1000)
    process.stderr.write(`${followed} crash schedules, ${perSecond} a second\n`)
    expect(followed).toBeGreaterThan(SCENARIOS.length * 20)
  },
)

test('the same schedule ends the same way, to the last event', { timeout: LONG_MS }, async () => {
  const [scenario] = allScenarios()
  if (scenario === undefined) throw new Error('there is no scenario')
  const [first] = withOneMore(await follow({ scenario, faults: [] }))
  if (first === undefined) throw new Error('nothing was sent')
  expect(await follow(first)).toEqual(await follow(first))
})
