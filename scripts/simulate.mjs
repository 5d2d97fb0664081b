// node scripts/simulate.mjs [--lives N | --schedules] [--first N] [--every N] [--every-pair N] [--workers N]: delivery in simulated time for
// as long as one likes, on several cores. The tests run the first of both kinds. Prints what fails, how to replay it, and how many a second.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const WORKER = '--as-worker'
const HELP = `node scripts/simulate.mjs [options]

  --lives N        so many random lives, from seed --first on (1)
  --schedules      crash schedules instead: every --every th scenario (1) with one fault, and every --every-pair th pair of faults (none)
  --workers N      processes (1)
`

async function lives({ lives: count, first, workers, part }, tell) {
  const { simulate } = await load('simulate.ts')
  for (let seed = first + part; seed < first + count; seed += workers) {
    const { problems } = await simulate(seed)
    tell(problems, `SEED=${seed}`)
  }
}

async function schedules({ every, everyPair, workers, part }, tell) {
  const { allScenarios, follow, withOneMore } = await load('schedules.ts')
  const mine = allScenarios().filter((_, index) => index % every === 0 && (index / every) % workers === part)
  let pairs = 0
  const pass = async (schedule) => {
    const ended = await follow(schedule)
    tell(ended.problems, `SCHEDULE='${JSON.stringify(schedule)}'`)
    return ended
  }
  for (const scenario of mine) {
    for (const one of withOneMore(await pass({ scenario, faults: [] }))) {
      const ended = await pass(one)
      if (everyPair === 0) continue
      for (const two of withOneMore(ended)) if (pairs++ % everyPair === 0) await pass(two)
    }
  }
}

async function load(file) {
  const { runnerImport } = await import('vite')
  const settings = { root: ROOT, configFile: false, logLevel: 'error' }
  return (await runnerImport(`${ROOT}test/simulation/${file}`, settings)).module
}

function readOptions() {
  const number = { type: 'string' }
  const { values } = parseArgs({
    options: {
      lives: number,
      first: number,
      every: number,
      'every-pair': number,
      workers: number,
      schedules: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help || (values.lives === undefined && !values.schedules)) return null
  return {
    schedules: values.schedules,
    lives: Number(values.lives ?? 0),
    first: Number(values.first ?? 1),
    every: Number(values.every ?? 1),
    everyPair: Number(values['every-pair'] ?? 0),
    workers: Number(values.workers ?? 1),
  }
}

/** Each worker does its part, and says what fails, and in the end how long it took. */
function start(options, part, onFailure) {
  return new Promise((resolve, reject) => {
    // Most of what a life makes is garbage when it ends: room for it saves a tenth of the time.
    const worker = fork(fileURLToPath(import.meta.url), [WORKER], { execArgv: ['--max-semi-space-size=64'] })
    worker.on('message', (told) => (told.problems === undefined ? resolve(told) : onFailure(told)))
    worker.on('error', reject)
    worker.on('exit', (code) => reject(new Error(`a worker ended with ${code}`)))
    worker.send({ ...options, part })
  })
}

async function work(options) {
  let count = 0
  let begun = 0
  let cpu = process.cpuUsage()
  const tell = (problems, replay) => {
    // The first one loads and compiles the code.
    if (count++ === 0) {
      begun = performance.now()
      cpu = process.cpuUsage()
    }
    if (problems.length > 0) process.send({ problems, replay })
  }
  await (options.schedules ? schedules : lives)(options, tell)
  process.send({ count, ms: performance.now() - begun, cpuMs: process.cpuUsage(cpu).user / 1000 }, () => process.exit())
}

async function main() {
  const options = readOptions()
  if (options === null) return void process.stdout.write(HELP)
  const kind = options.schedules ? 'schedules' : 'lives'
  let failures = 0
  const onFailure = ({ problems, replay }) => {
    failures += 1
    const file = options.schedules ? 'schedules' : 'simulation'
    console.log(`${replay} TRACE=1 npx vitest run --project integration test/simulation/${file}.it.test.ts`)
    for (const problem of problems) console.log(`  ${problem}`)
  }
  const parts = Array.from({ length: options.workers }, (_, part) => start(options, part, onFailure))
  const ended = await Promise.all(parts)
  const count = ended.reduce((sum, one) => sum + one.count, 0)
  const perSecond = ended.reduce((sum, one) => sum + ((one.count - 1) / one.ms) * 1000, 0)
  const cpuMs = (ended.reduce((sum, one) => sum + one.cpuMs, 0) / count).toFixed(1)
  console.log(`${count} ${kind}, ${Math.round(perSecond)} a second, ${cpuMs} ms of processor each, ${failures} failed`)
  process.exitCode = failures === 0 ? 0 : 1
}

if (process.argv[2] === WORKER) process.once('message', (options) => void work(options))
else await main()
