import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { EXPERIMENTS } from './experiments.ts'
import { saveRuns, writeReport } from './report.ts'
import { runAll, type Run } from './run.ts'

export interface CrashOptions {
  /** The repository's own directory. */
  readonly root: string
  /** `C1,C3`; all unless said. */
  readonly only?: string
  readonly rounds?: string
  /** In each round of C1; 20,000 unless said. */
  readonly messages?: string
  /** A whole number; drawn unless said. */
  readonly seed?: string
  readonly small: boolean
  /** The revision that U1 upgrades from; the release before unless said. */
  readonly old?: string
  readonly list: boolean
}

/** What `npm run crash` does. Resolves with the exit code: 0 all passed, 1 there are faults, 2 asked for what there is not. */
export async function crash(options: CrashOptions): Promise<number> {
  const wanted = options.only?.split(',').map((id) => id.trim().toUpperCase())
  const unknown = wanted?.filter((id) => !EXPERIMENTS.some((one) => one.id === id)) ?? []
  if (unknown.length > 0) {
    console.error(`crash: there is no ${unknown.join(', ')}. There are: ${EXPERIMENTS.map(({ id }) => id).join(', ')}.`)
    return 2
  }
  if (options.list) {
    for (const { id, title, goal, apart } of EXPERIMENTS) {
      if (wanted?.includes(id) === false) continue
      console.log(`${id.padEnd(4)}${title}: ${goal}${apart === true ? ' (only by --only)' : ''}`)
    }
    return 0
  }
  const experiments = EXPERIMENTS.filter(({ id, apart }) => wanted?.includes(id) ?? apart !== true)
  const seed = Number(options.seed ?? randomInt(1_000_000))
  const runs: Run[] = []
  for (const experiment of experiments) {
    const done = await runAll({
      experiments: [experiment],
      seed,
      rounds: options.rounds === undefined ? null : Number(options.rounds),
      messages: options.messages === undefined ? null : Number(options.messages),
      small: options.small,
      ...(options.old === undefined ? {} : { old: options.old }),
      print: (line) => console.log(line),
    })
    runs.push(...done)
    // What is smaller than it should be proves less than it says. Kept at once: what comes later may end all of this.
    if (!options.small) await saveRuns(options.root, done)
  }
  if (!options.small) {
    await writeReport(options.root, EXPERIMENTS)
    console.log(`written to ${join('docs', 'crash-report.md')}`)
  }
  return runs.some((run) => run.faults.length > 0) ? 1 : 0
}
