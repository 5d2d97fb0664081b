// npm run test:long [-- name …]: tests that draw their cases, with so many of them that it stands apart. What they do with fewer is part
// of `npm test`; `npm run crash` is the other long one.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { prepare } from './prepare.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What is set for each, and the tests that read it. */
const STEPS = {
  properties: { env: { PROPERTY_RUNS: '1000000' }, tests: ['test/domain'], project: 'unit' },
  codec: { env: { PROPERTY_RUNS: '100000' }, tests: ['test/providers/smpp'], project: 'unit' },
  fuzz: { env: { FUZZ_CALLS: '200000' }, tests: ['test/http/fuzz.it.test.ts'], project: 'integration' },
  interleavings: {
    env: { INTERLEAVINGS: '10000' },
    tests: ['test/flows/interleavings.it.test.ts'],
    project: 'integration',
  },
  simulation: { env: { RUNS: '100000' }, tests: ['test/simulation/simulation.it.test.ts'], project: 'integration' },
}

/** Of one test. */
const MOST_MS = String(4 * 3_600_000)

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(STEPS, name))
if (unknown.length > 0) {
  console.error(`test:long: no step is called ${unknown.join(', ')}. There are: ${Object.keys(STEPS).join(', ')}.`)
  process.exit(2)
}
if (!prepare({ tools: true })) process.exit(1)
const failed = (asked.length > 0 ? asked : Object.keys(STEPS)).filter((name) => !run(STEPS[name]))
console.log(failed.length === 0 ? 'All is well.' : `Failed: ${failed.join(', ')}.`)
process.exitCode = failed.length === 0 ? 0 : 1

function run({ env, tests, project }) {
  const args = [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--project',
    project,
    '--testTimeout',
    MOST_MS,
    ...tests,
  ]
  return (
    spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0
  )
}
