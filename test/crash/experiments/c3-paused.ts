import { setTimeout as delay } from 'node:timers/promises'
import { onBench, type Bench } from '../bench.ts'
import type { Experiment } from '../experiment.ts'
import { readLines } from '../journal.ts'
import { makePlan } from '../plan.ts'

const SIZE = { sms: 6_000, tokens: 4_000, overMs: 8_000, slow: true }
const STOPPED_AFTER_MS = 4_000

/** The lease is 30 s. */
const PAUSE_MS = 45_000

export const C3: Experiment = {
  id: 'C3',
  title: `one of two nodes is stopped for ${PAUSE_MS / 1_000} s, longer than its lease, and goes on`,
  goal: 'lost 0, nothing submitted under the lapsed lease, doubled only within the window, recovery ≤ 60 s',
  rounds: 1,
  async run(context) {
    const late: string[] = []
    const { facts: _, ...result } = await onBench(context, { nodes: 2 }, async (bench) => {
      const calls = makePlan({ ...SIZE, seed: context.seed, chance: bench.chance('plan') })
      const [, taken] = await Promise.all([bench.load(calls), pause(bench)])
      const after = attemptsIn(bench).slice(taken)
      const doubted = await bench.ask(async (db) => {
        const { rows } = await db.query<{ attempt: string }>(
          `select message_id || '.' || number as attempt from attempts where reason = 'node_lost'`,
        )
        return new Set(rows.map((row) => row.attempt))
      })
      late.push(...after.filter((attempt) => doubted.has(attempt)))
      return [`in doubt ${doubted.size}`, `submitted under a lapsed lease ${late.length}`]
    })
    const faults = late.length === 0 ? [] : [`submitted under a lapsed lease: ${late.slice(0, 5).join(', ')}`]
    return { ...result, faults: [...result.faults, ...faults] }
  },
}

/** Resolves with how many SMS had been taken when the node went on. */
async function pause(bench: Bench): Promise<number> {
  await delay(STOPPED_AFTER_MS)
  const pid = bench.cluster.nodes[0]?.pid()
  if (pid === null || pid === undefined) throw new Error('the node is down')
  const at = Date.now()
  process.kill(pid, 'SIGSTOP')
  bench.journal.write({ kind: 'killed', at, what: 'node', pids: [pid] })
  await delay(PAUSE_MS)
  const taken = attemptsIn(bench).length
  process.kill(pid, 'SIGCONT')
  return taken
}

/** Of each SMS that was taken, in order. */
function attemptsIn({ cluster }: Bench): string[] {
  return readLines(cluster.twilioLedger).map((line) =>
    typeof line === 'object' && line !== null ? String(Reflect.get(line, 'attempt')) : '',
  )
}
