import { until } from '../support/until.ts'
import type { Bench } from './bench.ts'
import { isAnythingDue, isNothingOpen } from './facts.ts'
import { makePlan, makePush } from './plan.ts'

/** In each load. */
export const PUSHES = 2

const DRAINED_MS = 180_000

export interface Load {
  readonly sms: number
  /** Of each push. */
  readonly tokens: number
  /** The SMS come at an even pace over this time; 0: all at once. */
  readonly overMs: number
}

/** Two pushes at once, and SMS; resolves when all of it is sent. `seed` names the messages, so each load has its own. */
export async function carry(bench: Bench, seed: string, { sms, tokens, overMs }: Load): Promise<void> {
  const plan = makePlan({ seed, sms, tokens: 0, overMs, chance: bench.chance(`plan ${seed}`) })
  const evenly = plan.map((call, index) => ({ ...call, atMs: (index / sms) * overMs }))
  const pushes = Array.from({ length: PUSHES }, (_, push) =>
    makePush(
      `push ${seed} ${push}`,
      Array.from({ length: tokens }, (__, number) => `kill-${seed}-${push}-token-${number}`),
      0,
    ),
  )
  await bench.load([...pushes, ...evenly])
  await bench.ask((db) =>
    // Counting costs the database more than what it is asked about, so it is asked only when it may be over.
    until(async () => !(await isAnythingDue(db)) && (await isNothingOpen(db)), DRAINED_MS, 200),
  )
}
