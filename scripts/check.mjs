// npm run check [-- name …]: everything that can be told without a database. Prints each step's time, and the output of
// those that failed.
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { prepare } from './prepare.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Slow ones first, so that none of them is alone at the end. */
const STEPS = {
  tests: bin('vitest', 'run', '--project', 'unit', '--reporter', 'dot'),
  imports: bin('depcruise', 'src', 'web', 'test', 'scripts', 'bench', '--output-type', 'err'),
  unused: bin('knip', '--no-progress'),
  format: bin('prettier', '--check', '--cache', '--log-level', 'warn', '.'),
  lint: bin('oxlint', '--type-aware', '--report-unused-disable-directives', '--deny-warnings'),
  types: node('node_modules/typescript7/bin/tsc', '--noEmit', '-p', '.'),
  pages: node('node_modules/typescript7/bin/tsc', '--noEmit', '-p', 'web'),
  worker: node('node_modules/typescript7/bin/tsc', '--noEmit', '-p', 'web/device/worker'),
  docs: node('scripts/docs.mjs', '--check'),
  lengths: node('scripts/check-lengths.mjs'),
  sources: node('scripts/check-sources.mjs'),
  packages: node('scripts/check-packages.mjs'),
}

// npm test runs all tests itself.
const without = process.argv.includes('--without-tests')
const asked = without ? Object.keys(STEPS).filter((name) => name !== 'tests') : process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(STEPS, name))
if (unknown.length > 0) {
  console.error(`check: no step is called ${unknown.join(', ')}. There are: ${Object.keys(STEPS).join(', ')}.`)
  process.exit(2)
}

if (!prepare({ tools: true })) process.exit(1)
const started = performance.now()
const failed = await runAll(asked.length > 0 ? asked : Object.keys(STEPS))
console.log(`\n${failed.length === 0 ? 'All is well' : `Failed: ${failed.join(', ')}`}, ${seconds(started)}.`)
process.exitCode = failed.length === 0 ? 0 : 1

/** Runs the steps, as many at a time as there are cores. Returns the names of those that failed. */
async function runAll(names) {
  const waiting = [...names]
  const failures = []
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      if (!(await runStep(name))) failures.push(name)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, work))
  return failures
}

async function runStep(name) {
  const began = performance.now()
  const { code, output } = await run(STEPS[name])
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(8)} ${seconds(began).padStart(7)}`)
  if (code !== 0) console.log(`\n${output.trimEnd()}\n`)
  return code === 0
}

function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk) => (output += chunk)
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.on('close', (code) => resolve({ code, output }))
  })
}

function bin(name, ...args) {
  return [join('node_modules', '.bin', name), ...args]
}

function node(script, ...args) {
  return [script, ...args]
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
