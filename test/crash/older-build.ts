import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, posix } from 'node:path'
import { ROOT } from '../support/documents.ts'

/** A program that was built from an earlier commit. */
export interface OlderBuild {
  /** Its short name. */
  readonly commit: string
  /** What `node` runs. */
  readonly main: string
  /** The last migration it knows. */
  readonly knows: string
}

/** Of a repository's listings and of a program's output, in bytes. */
const MOST_OUTPUT = 2 ** 28

/** Why there is none on this machine; null: there may be. */
export function lacksHistory(): string | null {
  try {
    commitBefore(null)
    return null
  } catch {
    return 'there is no history of the repository (git clone without --depth)'
  }
}

/** Takes the files of the release before, or of the revision asked for, out of the history and builds them in `directory`. */
export function buildOlder(directory: string, asked: string | null): OlderBuild {
  const commit = commitBefore(asked)
  const target = join(directory, 'older')
  mkdirSync(target)
  const files = execFileSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: MOST_OUTPUT })
  execFileSync('tar', ['-x'], { cwd: target, input: files })
  const lock = 'package-lock.json'
  if (readFileSync(join(target, lock)).equals(readFileSync(join(ROOT, lock)))) {
    symlinkSync(join(ROOT, 'node_modules'), join(target, 'node_modules'))
  } else {
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], target)
  }
  run(process.execPath, ['scripts/build.mjs'], target)
  return { commit, main: join(target, 'dist/main.js'), knows: migrationsOf(commit).at(-1) ?? '' }
}

function run(command: string, args: readonly string[], cwd: string): void {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
}

/**
 * What was asked for, else the newest tag, else the newest commit that lacks the newest migration, whose others are today's, and that can run:
 * of work that was committed in parts the earlier ones can't.
 */
function commitBefore(asked: string | null): string {
  const tag = asked ?? git('tag', '--merged', 'HEAD', '--sort=-creatordate').split('\n')[0] ?? ''
  if (tag !== '') return git('rev-parse', '--short', '--verify', `${tag}^{commit}`)
  const today = migrationsOf('HEAD')
  const commits = git('log', '--format=%h').split('\n')
  const before = commits.find((commit) => isBefore(migrationsOf(commit), today) && isWhole(commit))
  if (before === undefined) throw new Error('there is no commit with fewer migrations that could run')
  return before
}

/** Whether each file that another one imports was committed, too. */
function isWhole(commit: string): boolean {
  const files = new Set(git('ls-tree', '-r', '--name-only', commit, 'src/').split('\n'))
  const imports = git('grep', '-oE', `from '\\.[^']+'`, commit, '--', 'src').split('\n')
  return imports.every((line) => {
    const [, file = '', named = ''] = /^[^:]+:([^:]+):from '(.+)'$/.exec(line) ?? []
    const target = posix.join(posix.dirname(file), named)
    return files.has(target) || !target.startsWith('src/')
  })
}

function isBefore(migrations: readonly string[], today: readonly string[]): boolean {
  const isStart = migrations.every((name, index) => name === today[index])
  return isStart && migrations.length > 0 && migrations.length < today.length
}

/** `0028_paused_pushes`, in their order. */
function migrationsOf(commit: string): string[] {
  const names = git('ls-tree', '--name-only', commit, 'migrations/').split('\n')
  return names.flatMap((name) => /^migrations\/(.+)\.sql$/.exec(name)?.[1] ?? []).toSorted()
}

function git(...args: readonly string[]): string {
  const stdio = ['ignore', 'pipe', 'ignore'] as const
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: MOST_OUTPUT, stdio: [...stdio] }).trim()
}
