// npm run crash [-- --only C1,C3 --rounds N --messages N --seed N --old REV --small --list]: breaks the service in every way there is an experiment for, and
// writes docs/crash-report.md. An experiment's part of the report stays until it is run again.
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodeIsNewEnough } from './program.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string' },
    messages: { type: 'string' },
    seed: { type: 'string' },
    old: { type: 'string' },
    small: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})

if (nodeIsNewEnough()) {
  const { prepare } = await import('./prepare.mjs')
  if (prepare({ tools: true })) {
    const { runnerImport } = await import('vite')
    const settings = { root: ROOT, configFile: false, logLevel: 'error' }
    const { module: command } = await runnerImport(`${ROOT}test/crash/command.ts`, settings)
    process.exitCode = await command.crash({ ...values, root: ROOT })
    // A part that hangs on to something must not hold this up.
    process.exit()
  }
}
