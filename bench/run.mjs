// npm run bench [-- --rounds N --seconds N --connections N --save]: figures of this machine, each beside what it is measured against.
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from '../scripts/build.mjs'
import { measureAccept } from './accept.mjs'
import { table } from './table.mjs'

/** Cores that other programs may take before the figures mean little. */
const NOISE = 0.2

const RESULTS = fileURLToPath(new URL('results', import.meta.url))

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '64' },
    save: { type: 'boolean', default: false },
  },
})
const settings = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  connections: Number(values.connections),
}

if (await build()) {
  const result = await measureAccept(settings, (line) => console.error(`  ${line}`))
  console.log(acceptText(result))
  if (values.save) console.log(`\n  Written to ${save(result)}`)
} else process.exitCode = 1

function acceptText({ connections, load, tidings, route, ceiling, ofRoute, ofCeiling, others }) {
  const head = ['', 'messages/s', 'p50 ms', 'p99 ms', 'CPU µs: Node', 'Postgres', 'drained in s', 'errors']
  const row = (name, one) => [
    name,
    one.perSecond.toFixed(0),
    one.p50Ms.toFixed(1),
    one.p99Ms.toFixed(1),
    one.nodeMicros === null ? '–' : one.nodeMicros.toFixed(0),
    one.postgresMicros === null ? '–' : one.postgresMicros.toFixed(0),
    one.drainSeconds.toFixed(1),
    String(one.errors),
  ]
  const ratio = (name, { median, least, most }) =>
    `  ${median.toFixed(2)} of ${name} (${least.toFixed(2)} to ${most.toFixed(2)})`
  return [
    '',
    `  accept: POST /smss, ${connections} connections of ${load}, ${machine()}`,
    '',
    table([
      head,
      row('Tidings, committed to disk and delivered', tidings),
      row('the same route, no database', route),
      row('Fastify with the schema alone', ceiling),
    ]),
    '',
    ratio('the same route without a database', ofRoute),
    ratio('Fastify with the schema alone', ofCeiling),
    `  Medians of ${settings.rounds} alternating rounds of ${settings.seconds} s.`,
    ...(others !== null && others > NOISE
      ? [`  Too noisy to say: other programs kept ${others.toFixed(1)} cores busy.`]
      : []),
  ].join('\n')
}

function machine() {
  return `Node ${process.versions.node}, ${availableParallelism()} cores, ${cpus()[0]?.model ?? process.arch}`
}

function save(result) {
  mkdirSync(RESULTS, { recursive: true })
  const at = new Date().toISOString()
  const file = `${RESULTS}/accept-${at.slice(0, 19).replaceAll(':', '')}.json`
  writeFileSync(
    file,
    `${JSON.stringify({ at, node: process.versions.node, machine: machine(), ...result }, null, 2)}\n`,
  )
  return file
}
