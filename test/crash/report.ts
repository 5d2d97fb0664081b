import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { format } from 'prettier'
import { toLine, type Experiment, type Result } from './experiment.ts'
import type { Run } from './run.ts'

/** What is kept of an experiment's latest runs. */
interface Kept {
  /** `2026-11-22` */
  readonly date: string
  /** The short name of the commit; with a + where files were changed since. */
  readonly commit: string
  readonly machine: string
  readonly rounds: readonly {
    readonly seed: string
    readonly line: string
    /** `64 s, load 0.4 as it began`; not of those that were run before this was kept. */
    readonly took?: string
    readonly counts: Counts | null
    readonly faults: readonly string[]
  }[]
}

type Counts = Pick<Result, 'acknowledged' | 'lost' | 'unexpected' | 'duplicated'> & {
  readonly worstRecoveryMs: number | null
}

/** One file an experiment, so that each can be run again without the others. What could not be run here keeps what it had. */
export async function saveRuns(root: string, runs: readonly Run[]): Promise<void> {
  mkdirSync(folderOf(root), { recursive: true })
  for (const id of new Set(runs.filter((run) => run.seed !== '').map((run) => run.experiment.id))) {
    const rounds = runs.filter((run) => run.experiment.id === id).map(roundOf)
    const kept: Kept = {
      date: new Date().toISOString().slice(0, 10),
      commit: commitOf(root),
      machine: machine(),
      rounds,
    }
    const text = await format(JSON.stringify(kept, null, 2), { parser: 'json', printWidth: 120 })
    writeFileSync(fileOf(root, id), text)
  }
}

/** docs/crash-report.md, from the latest run of each experiment. */
export async function writeReport(root: string, experiments: readonly Experiment[]): Promise<void> {
  const file = join(root, 'docs/crash-report.md')
  const options = { parser: 'markdown', printWidth: 120 }
  const before = existsSync(file) ? readFileSync(file, 'utf8') : null
  const text = await format(reportOf(root, experiments), options)
  if (text !== before) writeFileSync(file, text)
}

function reportOf(root: string, experiments: readonly Experiment[]): string {
  const known = experiments.map((experiment) => ({ experiment, kept: readKept(root, experiment.id) }))
  const results = known.flatMap(({ kept }) => kept?.rounds.flatMap(({ counts }) => counts ?? []) ?? [])
  const sum = (count: (counts: Counts) => number): string =>
    results.reduce((total, result) => total + count(result), 0).toLocaleString('en')
  const worst = Math.max(0, ...results.map((result) => result.worstRecoveryMs ?? 0)) / 1_000
  return `# Crash report

Written by \`npm run crash\`; each part is the latest run of its experiment on real processes: nodes, look-alikes of the providers and
Postgres, each in a process of its own. \`npm run crash -- --only C1 --seed N\` repeats a schedule.

Of ${sum((one) => one.acknowledged)} acknowledged messages ${sum((one) => one.lost)} were lost; ${sum((one) => one.unexpected)}
were sent that nobody had asked for, and ${sum((one) => one.duplicated)} went out a second time. The worst recovery took
${worst.toFixed(1)} s.

${WORDS}
${known.map(({ experiment, kept }) => partOf(experiment, kept)).join('\n')}
${WAYS}`
}

const WORDS = `| word | meaning |
| --- | --- |
| attempted | messages and push targets that clients tried to have sent |
| acknowledged | those for which a client had a 200 |
| ok | acknowledged, taken by the provider, and known to be |
| lost | acknowledged and never taken by the provider, unless their sender had chosen so for the case of doubt |
| duplicated | taken by the provider more than once; each of these must be marked \`uncertain\` and lie within the window |
| unexpected | taken by the provider, and never asked for or refused |
| recovered | acknowledged, after a try of which the client knew nothing |
| uncertain | marked: an attempt may have been sent, and its answer is not known |
| recovery | from a kill until others hold nothing of the dead node's any more, or until Postgres takes calls again |
| load | what else the machine had to do: processes that ran or wanted to, in the minute before |
`

const WAYS = `## Known ways to lose a message, or to have it twice

- A disk that is lost, or that says it has written what it has not. Replicas and backups are for that.
- A fail-over to a standby without synchronous replication: what was acknowledged and not yet copied is gone.
- \`on_uncertain: "fail"\`: a message in doubt is left, and may not have gone out.
- \`on_uncertain: "retry"\`: a node that dies, or loses its link, between writing a submission and settling it sends it again. The same
  holds for a push to a token, whose second copy replaces the first on the device.
- A provider's own records that do not show what it took: \`reconcile\` then sends it again.
- Three nodes that die while they submit the same message: it is not sent again, and marked \`poison\`.
- A call without an \`Idempotency-Key\` that its client repeats after it had no answer.
`

function partOf(experiment: Experiment, kept: Kept | null): string {
  const { id, title, goal } = experiment
  const apart = experiment.apart === true ? ` Not part of the whole: \`npm run crash -- --only ${id}\`.` : ''
  const head = `## ${id}: ${title}\n\nGoal: ${goal}.${apart}\n`
  if (kept === null) return `${head}\nNot run yet.\n`
  const rounds = kept.rounds.map(({ line, took, faults }) =>
    [
      took === undefined ? `- ${line}` : `- ${line}, took ${took}`,
      ...faults.map((fault) => `  - fault: ${fault}`),
    ].join('\n'),
  )
  const passed = kept.rounds.filter(({ faults }) => faults.length === 0).length
  return `${head}\n${passed} of ${kept.rounds.length} passed, ${kept.date}, commit ${kept.commit}, ${kept.machine}.\n\n${rounds.join('\n')}\n`
}

function roundOf({ experiment, seed, result, faults, seconds, load }: Run): Kept['rounds'][number] {
  const first = faults.map((fault) => fault.split('\n')[0] ?? '')
  const took = `${seconds} s, load ${load.toFixed(1)} as it began`
  if (result === null) return { seed, line: `failed, seed ${seed}`, took, counts: null, faults: first }
  const { acknowledged, lost, unexpected, duplicated, recoveriesMs } = result
  const worstRecoveryMs = recoveriesMs.length === 0 ? null : Math.max(...recoveriesMs)
  const line = toLine(experiment.id, result, seed).slice(experiment.id.length + 2)
  return { seed, line, took, counts: { acknowledged, lost, unexpected, duplicated, worstRecoveryMs }, faults: first }
}

function readKept(root: string, id: string): Kept | null {
  const file = fileOf(root, id)
  // Written by saveRuns alone.
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : null
}

function folderOf(root: string): string {
  return join(root, 'test/crash/results')
}

function fileOf(root: string, id: string): string {
  return join(folderOf(root), `${id.toLowerCase()}.json`)
}

/** Only what runs counts: tests and pages may be half written. */
function commitOf(root: string): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src') === '' ? '' : '+')
  } catch {
    return 'unknown'
  }
}

/** All its cores: some experiments leave this process only one of them. */
function machine(): string {
  const cores = cpus()
  const name = cores[0]?.model.trim() ?? 'unknown'
  return `${cores.length} × ${name}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`
}
