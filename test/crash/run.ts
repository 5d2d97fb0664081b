import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { toLine, type Experiment, type Result } from './experiment.ts'

export interface RunOptions {
  readonly experiments: readonly Experiment[]
  readonly seed: number
  /** Of each experiment; null: as many as each says itself. */
  readonly rounds: number | null
  /** For those experiments that can have more of them; null: as many as each says itself. */
  readonly messages: number | null
  readonly small: boolean
  /** The revision that is upgraded from; the release before unless said. */
  readonly old?: string
  /** Told each experiment's line as it ends, and its faults. */
  readonly print: (line: string) => void
}

export interface Run {
  readonly experiment: Experiment
  readonly seed: string
  /** Null: it could not be run here. */
  readonly result: Result | null
  /** In words; empty: it passed, or was not run. */
  readonly faults: readonly string[]
  readonly seconds: number
  /** What else the machine had to do as it began: processes that ran or wanted to, in the minute before. */
  readonly load: number
}

/** One after the other. An experiment with faults leaves what its parts wrote. */
export async function runAll(options: RunOptions): Promise<Run[]> {
  const runs: Run[] = []
  for (const experiment of options.experiments) {
    const missing = experiment.missing?.() ?? null
    if (missing !== null) {
      options.print(`${experiment.id}: skipped: ${missing}`)
      runs.push({ experiment, seed: '', result: null, faults: [], seconds: 0, load: 0 })
      continue
    }
    for (let round = 0; round < (options.rounds ?? experiment.rounds); round += 1) {
      runs.push(await runOnce(experiment, String(options.seed + round), options))
    }
  }
  return runs
}

async function runOnce(
  experiment: Experiment,
  seed: string,
  { messages, small, old, print }: RunOptions,
): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), `tidings-${experiment.id.toLowerCase()}-`))
  // Where root runs this, Postgres has another user, which must get in.
  chmodSync(directory, 0o711)
  const context = { directory, seed, messages, small, ...(old === undefined ? {} : { old }) }
  const [began, load = 0] = [performance.now(), loadavg()[0]]
  const result = await experiment.run(context).catch((error: unknown) => {
    if (error instanceof Error) return error
    throw error
  })
  const failed = result instanceof Error
  const faults = failed ? [`it could not be carried out: ${result.stack}`] : result.faults
  const seconds = Math.round((performance.now() - began) / 1_000)
  const line = failed ? `${experiment.id}: failed, seed ${seed}` : toLine(experiment.id, result, seed)
  print(`${line}, took ${seconds} s`)
  for (const fault of faults) print(`  ${fault}`)
  if (faults.length > 0) print(`  what each part wrote is in ${directory}`)
  else rmSync(directory, { recursive: true, force: true })
  return { experiment, seed, result: failed ? null : result, faults, seconds, load }
}
