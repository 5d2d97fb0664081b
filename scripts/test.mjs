import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeIsNewEnough } from './program.mjs'

// Everything a change has to pass, from a bare clone. The last line counts it: `N passed, N failed, N skipped`.
// Words after `npm test --` choose test files and leave the check out.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const chosen = process.argv.slice(2)

if (nodeIsNewEnough()) {
  const { prepare, npm, hasScript } = await import('./prepare.mjs')
  if (prepare({ tools: true })) {
    const checked =
      chosen.length > 0 ||
      !hasScript('check') ||
      npm(['run', '--silent', 'check', '--', '--without-tests'], 'inherit').status === 0
    finish(checked, runTests())
  }
}

/** Runs every test file; counts come from the runner's own record. */
function runTests() {
  // Vitest names it on the screen, so it stays until the next run.
  const record = join(ROOT, 'node_modules/.cache/tests.json')
  rmSync(record, { force: true })
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', ...chosen, '--reporter=default', '--reporter=json', `--outputFile.json=${record}`]
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' })
  try {
    return { ...count(JSON.parse(readFileSync(record, 'utf8'))), ended: status }
  } catch {
    return { passed: 0, failed: 1, skipped: 0, ended: status }
  }
}

function count(record) {
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: todo } = record
  return { passed, failed, skipped: pending + todo }
}

function finish(checked, { passed, failed, skipped, ended }) {
  if (!checked) console.log('The check failed; see above.')
  // A file that could not be loaded, or an error outside a test, is in no count of tests.
  const unseen = ended !== 0 && failed === 0 ? 1 : 0
  const failures = failed + unseen + (checked ? 0 : 1)
  const forbidden = process.env.REQUIRE_ALL === '1' && skipped > 0
  if (forbidden) console.log('REQUIRE_ALL=1: a skipped test counts as a failure of this run.')
  process.exitCode = failures > 0 || forbidden ? 1 : 0
  console.log(`${passed} passed, ${failures} failed, ${skipped} skipped`)
}
