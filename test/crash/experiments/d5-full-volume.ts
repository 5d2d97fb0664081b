import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readAnswers } from '../answers.ts'
import { onBench } from '../bench.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { loadSteadily, runPhase, tellPhase } from '../phases.ts'

const VOLUME_MIB = 320
const GROWN_MIB = 1_024

const FULL = { fullMs: 30_000, perSecond: 60 }
const SMALL = { fullMs: 10_000, perSecond: 60 }
const BEFORE_MS = 5_000
const QUIET_MS = 10_000

/** A Postgres that ended because it could not write its log is started again every five seconds. */
const LIMITS = { answerMs: 2_000, backMs: 15_000 }

export const D5: Experiment = {
  id: 'D5',
  title: 'the volume with the data of Postgres is full for 30 s, then it is made larger',
  goal: 'what is acknowledged is kept, calls are refused meanwhile, it heals by itself ≤ 15 s; lost 0, doubled 0',
  rounds: 1,
  missing: () =>
    process.platform === 'linux' && process.getuid?.() === 0 ? null : 'a volume of its own needs Linux and root',
  async run(context) {
    const volume = join(context.directory, 'data')
    mkdirSync(volume)
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${VOLUME_MIB}m,mode=711`, 'tidings-crash', volume])
    try {
      return await fillUp(context, volume)
    } finally {
      // Whatever of Postgres may still end there must not hold it.
      execFileSync('umount', ['--lazy', volume])
    }
  },
}

async function fillUp(context: Context, volume: string): Promise<Result> {
  const { fullMs, perSecond } = context.small ? SMALL : FULL
  const faults: string[] = []
  const { facts: _, ...result } = await onBench(context, { nodes: 2 }, async (bench) => {
    const loaded = loadSteadily(bench, context, perSecond, BEFORE_MS + fullMs + QUIET_MS)
    await delay(BEFORE_MS)
    const phase = await runPhase(context.directory, 'full', QUIET_MS, async () => {
      fill(volume)
      await delay(fullMs)
      execFileSync('mount', ['-o', `remount,size=${GROWN_MIB}m`, volume])
    })
    await loaded
    const refused = readAnswers(context.directory).some(({ why }) => why !== '')
    if (!refused) faults.push('no call was refused, so the volume was not full')
    const restarts = bench.cluster.nodes.flatMap((node) => node.ends).length
    if (restarts > 0) faults.push(`nodes ended ${restarts} times`)
    return [tellPhase(phase, context.directory, LIMITS, faults)]
  })
  rmSync(join(volume, 'filler'), { force: true })
  if (result.duplicated > 0) faults.push(`${result.duplicated} doubled, though no submission was in doubt`)
  return { ...result, faults: [...result.faults, ...faults] }
}

/** To the last block. */
function fill(volume: string): void {
  const { bavail, bsize } = statfsSync(volume)
  writeFileSync(join(volume, 'filler'), Buffer.alloc(bavail * bsize))
}
