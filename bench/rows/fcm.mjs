import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startFcmServer } from '../fcm-server.mjs'
import { median, quotients, spreadText } from '../table.mjs'

const NAMES = ['tidings', 'firebase-admin', 'node:http2']

export const row = {
  name: 'fcm',
  title: 'pushes to a server of FCM’s kind over TLS, beside the official SDK and Node’s own client',
  needs: { packages: ['firebase-admin'], programs: ['h2o', 'h2load'] },
  options: { rounds: 5, messages: 200_000 },
  measure: measureFcm,
  show,
}

/** Pushes a second to one server of FCM's kind, over TLS: our adapter, the official SDK and Node's own client, each in a process of its own, by turns. */
async function measureFcm({ rounds, messages }, tell) {
  const server = await startFcmServer()
  if (server === null) throw new Error('This row needs h2o; Debian has it in its package h2o.')
  const results = new Map(NAMES.map((name) => [name, []]))
  try {
    const ceiling = await h2load(server, messages)
    for (let round = 1; round <= rounds; round += 1) {
      for (const name of NAMES) {
        const result = await sendBy(name, server, messages)
        if (result.accepted !== messages) throw new Error(`${name}: ${result.accepted} of ${messages} were accepted`)
        results.get(name).push(result)
        tell(`round ${round} of ${rounds}: ${name} ${Math.round(messages / result.seconds)}/s`)
      }
    }
    const of = (name) => results.get(name)
    return {
      rounds,
      messages,
      ceiling,
      peers: NAMES.map((name) => ({ name, ...figures(of(name), messages) })),
      ratios: NAMES.slice(1).map((name) => ({
        name,
        time: quotients(of(name), of('tidings'), 'seconds'),
        cpu: quotients(of('tidings'), of(name), 'cpuSeconds'),
      })),
      results: Object.fromEntries(results),
    }
  } finally {
    await server.stop()
  }
}

/** One peer in a process of its own. */
export async function sendBy(name, server, count) {
  const child = fork(fileURLToPath(new URL('../peers/fcm.mjs', import.meta.url)), {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: server.caFile },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const { origin, ca, account } = server
  child.send({ name, server: { origin, ca, account }, count })
  const [result] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${name} ended with code ${code}`)
    }),
  ])
  return result
}

function figures(results, messages) {
  return {
    perSecond: median(results.map(({ seconds }) => messages / seconds)),
    micros: median(results.map(({ cpuSeconds }) => (cpuSeconds * 1_000_000) / messages)),
    peakMb: median(results.map(({ peakMb }) => peakMb)),
  }
}

/** Messages a second; null: it is not installed. */
async function h2load({ origin }, messages) {
  const body = fileURLToPath(new URL('../fcm-body.json', import.meta.url))
  const args = ['-n', String(messages), '-c', '4', '-m', '100', '-d', body, '-H', 'content-type: application/json']
  const ran = await promisify(execFile)('h2load', [...args, `${origin}/v1/projects/bench/messages:send`]).catch(
    (error) => (error.code === 'ENOENT' ? null : Promise.reject(error)),
  )
  return ran === null ? null : Number(/([\d.]+) req\/s/.exec(ran.stdout)?.[1])
}

function show({ rounds, messages, ceiling, peers, ratios }) {
  const cells = ({ name, perSecond, micros, peakMb }) => [
    name,
    perSecond.toFixed(0),
    micros.toFixed(0),
    peakMb.toFixed(0),
  ]
  return {
    tables: [{ head: ['', 'messages/s', 'CPU µs', 'peak MB'], rows: peers.map(cells) }],
    verdicts: ratios.flatMap(({ name, time, cpu }) => [
      { goal: `more than ${name}`, figure: `${spreadText(time)} times as many`, met: time.median > 1 },
      { goal: `less CPU than ${name}`, figure: `${spreadText(cpu)} of its CPU`, met: cpu.median < 1 },
    ]),
    notes: [
      `Medians of ${rounds} alternating rounds of ${messages.toLocaleString('en')} messages, to h2o.`,
      ceiling === null
        ? 'h2load (Debian: nghttp2-client) is not installed: what the server can do at most is not known.'
        : `What the server can do at most, by h2load: ${Math.round(ceiling)}/s.`,
    ],
  }
}
