import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isBuilt } from './build.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * Installs what package.json names and is not there, and builds what is older than its source. `tools`: also what only
 * tests and checks need. False, with the exit code set, when something failed. Talks on stderr: stdout belongs to the program.
 */
export function prepare({ tools }) {
  const started = performance.now()
  try {
    if (!installed(tools) && !install(tools)) return failed('npm could not install what Tidings needs; see above.')
    return isBuilt() || build()
  } finally {
    performance.measure('tidings prepared', { start: started, end: performance.now() })
  }
}

function build() {
  // In a process of its own, so that the compiler does not stay in the server's memory.
  const script = join(ROOT, 'scripts/build.mjs')
  if (spawnSync(process.execPath, [script], { stdio: ['ignore', 2, 2] }).status === 0) return true
  return failed('The build failed; see above.')
}

/** Whether every package has the version that is pinned. */
function installed(tools) {
  const { dependencies, devDependencies } = readJson(join(ROOT, 'package.json'))
  const wanted = Object.entries({ ...dependencies, ...(tools ? devDependencies : {}) })
  return wanted.every(([name, version]) => versionOf(name) === version.replace(/^npm:.*@/, ''))
}

function install(tools) {
  console.error('  Installing what Tidings needs …')
  // Whoever has the tools keeps them.
  const lean = tools || versionOf('vitest') !== null ? [] : ['--omit=dev']
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...lean]
  return npm(args).status === 0 && installed(tools)
}

/** The npm that runs us, or the one on the path. */
export function npm(args, stdio = ['ignore', 2, 2]) {
  const options = { cwd: ROOT, stdio }
  const cli = process.env.npm_execpath
  if (cli?.endsWith('.js')) return spawnSync(process.execPath, [cli, ...args], options)
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
}

export function hasScript(name) {
  return name in readJson(join(ROOT, 'package.json')).scripts
}

function versionOf(name) {
  const manifest = join(ROOT, 'node_modules', name, 'package.json')
  return existsSync(manifest) ? readJson(manifest).version : null
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function failed(line) {
  console.error(`tidings: ${line}`)
  process.exitCode = 1
  return false
}
