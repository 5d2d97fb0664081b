import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startFcmLookAlike } from '../fcm-look-alike-process.mjs'
import { startFcmServer } from '../fcm-server.mjs'
import { median, quotients, spreadText } from '../table.mjs'

const NAMES = ['tidings', 'firebase-admin', 'node:http2']

/** Under way at once; `batches` are those of the SDK, each with a connection of its own. `first`: messages that open them. */
const FAST = { sessions: 4, streams: 100, batches: 2, first: 500 }
const SLOW = { sessions: 20, streams: 100, batches: 20, first: 10_000 }
const SLOW_ANSWER_MS = 500
/** By the definition of a second: each stream carries two. */
const SLOW_MOST = (SLOW.sessions * SLOW.streams * 1_000) / SLOW_ANSWER_MS
const SLOW_SHARE = 0.9

/** Times as many for at most so much of its CPU; Node's own client is there to compare with. */
const GOALS = { 'firebase-admin': { times: 2.2, cpu: 0.5 } }

export const row = {
  name: 'fcm',
  title: 'pushes to a server of FCM’s kind over TLS, beside the official SDK and Node’s own client',
  needs: { packages: ['firebase-admin'], programs: ['h2o', 'h2load'] },
  options: { rounds: 5, messages: 200_000, slow: 20_000 },
  measure: measureFcm,
  show,
}

/** Pushes a second to one server of FCM's kind, over TLS: our adapter, the official SDK and Node's own client, each in a process of its own, by turns. */
async function measureFcm({ rounds, messages, slow }, tell) {
  const server = await startFcmServer()
  if (server === null) throw new Error('This row needs h2o; Debian has it in its package h2o.')
  try {
    const ceiling = await h2load(server, messages)
    const fast = await measurePart(server, { rounds, messages, limits: FAST, what: '' }, tell)
    return { rounds, messages, ceiling, ...fast, slow: await measureSlow({ rounds, messages: slow }, tell) }
  } finally {
    await server.stop()
  }
}

/** The same to a server that takes its time to answer. */
async function measureSlow({ rounds, messages }, tell) {
  const server = await startFcmLookAlike()
  try {
    await server.begin({ answerMs: SLOW_ANSWER_MS })
    const what = `, answered after ${SLOW_ANSWER_MS} ms`
    const part = await measurePart({ ...server, takesColon: false }, { rounds, messages, limits: SLOW, what }, tell)
    return { messages, limits: SLOW, answerMs: SLOW_ANSWER_MS, most: SLOW_MOST, ...part }
  } finally {
    await server.stop()
  }
}

async function measurePart(server, { rounds, messages, limits, what }, tell) {
  const results = Object.fromEntries(NAMES.map((name) => [name, []]))
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of NAMES) {
      const result = await sendBy(name, server, messages, limits)
      if (result.accepted !== messages) throw new Error(`${name}: ${result.accepted} of ${messages} were accepted`)
      results[name].push(result)
      tell(`round ${round} of ${rounds}${what}: ${name} ${Math.round(messages / result.seconds)}/s`)
    }
  }
  const peers = NAMES.map((name) => ({ name, ...figures(results[name], messages) }))
  const ratios = NAMES.slice(1).map((name) => ({
    name,
    time: quotients(results[name], results.tidings, 'seconds'),
    cpu: quotients(results.tidings, results[name], 'cpuSeconds'),
  }))
  return { peers, ratios, results }
}

/** One peer in a process of its own. */
export async function sendBy(name, server, count, limits = FAST) {
  const child = fork(fileURLToPath(new URL('../peers/fcm.mjs', import.meta.url)), {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: server.caFile },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const { origin, ca, account, takesColon = true } = server
  child.send({ name, server: { origin, ca, account, takesColon }, count, limits })
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
  if (ran === null) return null
  if (!ran.stdout.includes(`status codes: ${messages} 2xx`)) throw new Error('h2load: not all were answered with 200')
  return Number(/([\d.]+) req\/s/.exec(ran.stdout)?.[1])
}

function show({ rounds, messages, ceiling, peers, ratios, slow }) {
  const cells = ({ name, perSecond, micros, peakMb }) => [
    name,
    perSecond.toFixed(0),
    micros.toFixed(0),
    peakMb.toFixed(0),
  ]
  const { sessions, streams } = slow.limits
  const late = slow.peers.find(({ name }) => name === 'tidings').perSecond / slow.most
  return {
    tables: [
      { head: ['', 'messages/s', 'CPU µs', 'peak MB'], rows: peers.map(cells) },
      { head: [`answered after ${slow.answerMs} ms`, 'messages/s', 'CPU µs', 'peak MB'], rows: slow.peers.map(cells) },
    ],
    verdicts: [
      ...ratios.flatMap(verdictsOn),
      {
        goal: `≥ ${SLOW_SHARE * 100} % of ${slow.most}/s where each answer takes ${slow.answerMs} ms`,
        figure: `${(late * 100).toFixed(0)} %`,
        met: late >= SLOW_SHARE,
      },
    ],
    notes: [
      `Medians of ${rounds} alternating rounds of ${messages.toLocaleString('en')} messages, to h2o, over ${FAST.sessions} connections of ${FAST.streams} streams; for the SDK ${FAST.batches} calls of sendEach at once, of 500 messages each, each with a connection of its own.`,
      `Answered after ${slow.answerMs} ms: ${slow.messages.toLocaleString('en')} messages a round, to a look-alike in a process of its own, over ${sessions} connections of ${streams} streams; for the SDK so many calls of sendEach at once, with a scheme that Node’s server takes. Settings that differ from the defaults: FCM_CONNECTIONS=${sessions}.`,
      'Settings that differ from the defaults: FCM_MESSAGES_PER_MINUTE=60000000, FCM_RAMP_SECONDS=0; as many targets under way as the connections take.',
      ceiling === null
        ? 'h2load (Debian: nghttp2-client) is not installed: what the server can do at most is not known.'
        : `What the server can do at most, by h2load: ${Math.round(ceiling)}/s.`,
    ],
  }
}

function verdictsOn({ name, time, cpu }) {
  const goals = GOALS[name]
  const [times, share] = [`${spreadText(time)} times as many`, `${spreadText(cpu)} of its CPU`]
  if (goals === undefined)
    return [
      { goal: `more than ${name}`, figure: times, met: time.median > 1 },
      { goal: `less CPU than ${name}`, figure: share, met: cpu.median < 1 },
    ]
  return [
    { goal: `≥ ${goals.times} × ${name}`, figure: times, met: time.median >= goals.times },
    { goal: `≤ ${goals.cpu} of the CPU of ${name}`, figure: share, met: cpu.median <= goals.cpu },
  ]
}
