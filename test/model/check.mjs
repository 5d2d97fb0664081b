// node test/model/check.mjs [--whole]: checks delivery.pml with spin. Prints one line a run; exits with 1 when one is not as it should be.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MODEL = fileURLToPath(new URL('delivery.pml', import.meta.url))

/** `holds`: whether the model is to be found right. The whole set needs 5 GB of memory and some minutes. */
const RUNS = [
  { flags: ['ACCEPTED=1', 'SLEEPS=1', 'CRASHES=1', 'LOST=1'], holds: true, whole: false },
  { flags: ['NO_GATE', 'SLEEPS=1', 'CRASHES=0', 'LOST=0'], holds: false, whole: false },
  { flags: ['NO_LOCK', 'SLEEPS=1', 'CRASHES=0', 'LOST=0'], holds: false, whole: false },
  { flags: ['NO_DOUBT', 'ACCEPTED=1', 'SLEEPS=0', 'CRASHES=1', 'LOST=0'], holds: false, whole: false },
  { flags: ['SLEEPS=1', 'CRASHES=0', 'LOST=0'], holds: true, whole: true },
  { flags: ['SLEEPS=0', 'CRASHES=1', 'LOST=0'], holds: true, whole: true },
  { flags: ['ACCEPTED=1', 'SLEEPS=2', 'CRASHES=1', 'LOST=1'], holds: true, whole: true },
]

const missing = ['spin', 'gcc'].filter((program) => spawnSync(program, ['--version']).error !== undefined)
if (missing.length > 0) console.log(`skipped: needs ${missing.join(' and ')} (apt-get install spin gcc libc6-dev)`)
else {
  const whole = process.argv.includes('--whole')
  const failed = RUNS.filter((run) => whole || !run.whole).filter((run) => !check(run))
  process.exitCode = failed.length === 0 ? 0 : 1
}

/** Explores every state that can be reached; true: what was found is what should be. */
function check({ flags, holds }) {
  const directory = mkdtempSync(join(tmpdir(), 'tidings-model-'))
  try {
    step(directory, 'spin', [...flags.map((flag) => `-D${flag}`), '-a', MODEL])
    step(directory, 'gcc', ['-O2', '-w', '-DSAFETY', '-DCOLLAPSE', '-DMEMLIM=5000', '-o', 'pan', 'pan.c'])
    const found = step(directory, join(directory, 'pan'), ['-m200000'])
    const states = /(\S+) states, stored/.exec(found)?.[1] ?? '?'
    const whole = !found.includes('Search not completed')
    const errors = /errors: (\d+)/.exec(found)?.[1] ?? '?'
    const asItShould = holds ? whole && errors === '0' : errors === '1' && found.includes('assertion violated')
    const what = errors === '0' ? `holds in all ${states} states` : `violated after ${states} states`
    console.log(`${asItShould ? 'ok    ' : 'FAILED'}  ${flags.join(' ')}: ${what}`)
    if (!asItShould) console.log(found)
    return asItShould
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function step(cwd, program, args) {
  const { stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 10_000_000 })
  if (error !== undefined) throw error
  return stdout + stderr
}
