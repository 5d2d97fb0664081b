import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { simulate, type Simulated } from './simulate.ts'

/** Each seed is one life: nodes, senders, providers, and what befalls them. */
const FIRST = Number(process.env['SEED'] ?? 1)
const RUNS = Number(process.env['RUNS'] ?? (process.env['SEED'] === undefined ? 400 : 1))

/** Some seconds on a quiet machine. Nothing here waits: a slow one only takes longer. */
const LONG_MS = 600_000 + RUNS * 1_000

interface Regression {
  readonly seed: number
  /** What went wrong when it failed. */
  readonly found: string
}

/** TRACE=1 tells what happens. */
const TRACE = process.env['TRACE'] === undefined ? null : (line: string) => void process.stderr.write(`${line}\n`)

const REGRESSIONS = JSON.parse(readFileSync(new URL('seeds.json', import.meta.url), 'utf8')) as readonly Regression[]

test(
  'whatever befalls nodes, links and the database, every message ends, and none is doubled without a doubt on record',
  { timeout: LONG_MS },
  async () => {
    for (let seed = FIRST; seed < FIRST + RUNS; seed++) {
      const { problems } = await simulate(seed, TRACE)
      expect(
        problems,
        `npx vitest run --project integration test/simulation with SEED=${seed} TRACE=1 tells it`,
      ).toEqual([])
    }
  },
)

test('a life that went wrong once does not again', { timeout: LONG_MS }, async () => {
  for (const { seed, found } of REGRESSIONS) expect((await simulate(seed)).problems, found).toEqual([])
})

test('the same seed lives the same life, to the last event', { timeout: LONG_MS }, async () => {
  const [first, second] = [await simulate(7), await simulate(7)]
  expect(second).toEqual(first)
  expect((await simulate(8)).fingerprint).not.toBe(first.fingerprint)
})

test('the lives are not quiet ones', { timeout: LONG_MS }, async () => {
  const lives: Simulated[] = []
  for (let seed = 1; seed <= 50; seed++) lives.push(await simulate(seed))
  const sum = (of: (life: Simulated) => number): number => lives.reduce((total, life) => total + of(life), 0)
  expect(sum((life) => life.crashes)).toBeGreaterThan(25)
  expect(sum((life) => life.submissions)).toBeGreaterThan(250)
  expect(sum((life) => life.doubts)).toBeGreaterThan(25)
})
