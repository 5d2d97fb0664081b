import { readFileSync, readdirSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds, untilIdle } from '../cpu.mjs'
import { sendBy } from './fcm.mjs'
import { startFcmServer } from '../fcm-server.mjs'
import { TEXT, tokenOf } from '../fcm-messages.mjs'
import { startTidings } from '../servers.mjs'

/** So that no quota is what is measured. */
const MESSAGES_PER_MINUTE = 60_000_000
const LOOK_MS = 250
/** Times as soon as the SDK; the most that Node may take. */
const GOALS = { times: 2, megabytes: 300 }
/** A figure is kept in units of 1,048,576 bytes. */
const MEGABYTES = 1.048_576
const IDLE_MS = 60_000
/** Without one outcome more: something is wrong. */
const SILENCE_MS = 120_000

export const row = {
  name: 'million',
  title:
    'one notification to a million devices, from the call to the last outcome on disk, beside the official SDK, which only sends',
  needs: { packages: ['firebase-admin'], programs: ['h2o'] },
  options: { messages: 1_000_000 },
  measure: measureMillion,
  show,
}

/** With tokens nobody has seen before, and with the same ones again. */
async function measureMillion({ messages }, tell) {
  const server = await startFcmServer()
  if (server === null) throw new Error('This row needs h2o; Debian has it in its package h2o.')
  try {
    const ours = await sendAll(server, messages, tell)
    const sdk = await sendBy('firebase-admin', server, messages)
    tell(`firebase-admin: ${sdk.seconds.toFixed(1)} s`)
    if (sdk.accepted !== messages) throw new Error(`firebase-admin: ${sdk.accepted} of ${messages} were accepted`)
    return { messages, messagesPerMinute: MESSAGES_PER_MINUTE, ours, sdk }
  } finally {
    await server.stop()
  }
}

async function sendAll(fcm, messages, tell) {
  const tidings = await startTidings({
    FCM_SERVICE_ACCOUNT: JSON.stringify(fcm.account),
    FCM_BASE_URL: fcm.origin,
    FCM_MESSAGES_PER_MINUTE: String(MESSAGES_PER_MINUTE),
    FCM_RAMP_SECONDS: '0',
    NODE_EXTRA_CA_CERTS: fcm.caFile,
    AUTH: 'off',
  })
  try {
    const runs = []
    for (const what of ['new tokens', 'known tokens']) {
      await untilIdle(tidings, IDLE_MS)
      const run = await sendOne(tidings, messages)
      runs.push({ what, ...run })
      const { acceptSeconds, seconds } = run
      tell(`tidings, ${what}: accepted in ${acceptSeconds.toFixed(1)} s, the last outcome at ${seconds.toFixed(1)} s`)
    }
    return runs
  } finally {
    await tidings.stop()
  }
}

async function sendOne(tidings, messages) {
  const [cpu, disk, began] = [cpuSeconds(tidings), bytesOf(tidings.dataDir), performance.now()]
  const id = await accept(tidings.url, messages)
  const acceptSeconds = (performance.now() - began) / 1_000
  await untilSettled(tidings.url, id, messages)
  const seconds = (performance.now() - began) / 1_000
  const used = cpuSeconds(tidings)
  const micros = (part) => ((used[part] - cpu[part]) / messages) * 1_000_000
  return {
    acceptSeconds,
    seconds,
    nodeMicros: micros('node'),
    postgresMicros: micros('postgres'),
    peakMb: peakMb(tidings.pid),
    bytesPerTarget: (bytesOf(tidings.dataDir) - disk) / messages,
  }
}

/** One stream of lines, as fast as it is taken. */
export async function accept(url, messages) {
  const call = request(`${url}/notifications/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
  })
  const answered = new Promise((resolve, reject) => call.on('response', resolve).on('error', reject))
  call.write(`${JSON.stringify(TEXT)}\n`)
  let block = []
  for (let index = 0; index < messages; index += 1) {
    block.push(`${JSON.stringify({ token: tokenOf(index) })}\n`)
    if (block.length < 1_000 && index < messages - 1) continue
    if (!call.write(block.join(''))) await new Promise((resolve) => call.once('drain', resolve))
    block = []
  }
  call.end()
  const response = await answered
  response.setEncoding('utf8')
  let text = ''
  for await (const piece of response) text += piece
  const { notification_id: id } = JSON.parse(text.trim().split('\n').at(-1))
  if (response.statusCode !== 200 || id === undefined) throw new Error(`The push was answered ${text}`)
  return id
}

export async function untilSettled(url, id, messages) {
  let [before, changedAt] = [-1, performance.now()]
  for (;;) {
    const { data } = await (await fetch(`${url}/notifications/${id}`)).json()
    const sent = data.counts.sent ?? 0
    if (sent === messages) return
    if (sent !== before) [before, changedAt] = [sent, performance.now()]
    if (performance.now() - changedAt > SILENCE_MS) throw new Error(`${sent} of ${messages} have their outcome`)
    await delay(LOOK_MS)
  }
}

function peakMb(pid) {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024
}

/** Of the tables and their indexes: what Postgres keeps for its own crashes comes and goes. */
function bytesOf(dataDir) {
  const base = readdirSync(dataDir, { recursive: true, withFileTypes: true })
  return base
    .filter((entry) => entry.isFile() && /\/base\/\d+$/.test(entry.parentPath ?? entry.path))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0)
}

function show({ messages, messagesPerMinute, ours, sdk }) {
  const rows = ours.map((one) => [
    `Tidings, ${one.what}`,
    one.acceptSeconds.toFixed(1),
    one.seconds.toFixed(1),
    one.nodeMicros.toFixed(0),
    one.postgresMicros.toFixed(0),
    megabytesText(one),
    one.bytesPerTarget.toFixed(0),
  ])
  const micros = ((sdk.cpuSeconds * 1e6) / messages).toFixed(0)
  const beside = ['firebase-admin, sending alone', '–', sdk.seconds.toFixed(1), micros, '–', megabytesText(sdk), '–']
  const head = ['', 'accepted in s', 'done in s', 'CPU µs: Node', 'Postgres', 'peak MB', 'bytes a device']
  return {
    tables: [{ head, rows: [...rows, beside] }],
    verdicts: ours.flatMap((one) => verdictsOn(one, sdk)),
    notes: [
      `One run each, of ${messages.toLocaleString('en')} devices, to h2o over TLS.`,
      `Settings that differ from the defaults: FCM_MESSAGES_PER_MINUTE=${messagesPerMinute}, FCM_RAMP_SECONDS=0 (neither has a quota here), AUTH=off, SMS_RATE_LIMIT_PER_MINUTE=0, LOG_LEVEL=silent.`,
    ],
  }
}

function verdictsOn(one, sdk) {
  const times = sdk.seconds / one.seconds
  return [
    {
      goal: `${one.what}: ≥ ${GOALS.times} × firebase-admin, which only sends`,
      figure: `${times.toFixed(2)} times as soon`,
      met: times >= GOALS.times,
    },
    {
      goal: `${one.what}: Node’s memory ≤ ${GOALS.megabytes} MB`,
      figure: `${megabytesText(one)} MB at its peak`,
      met: one.peakMb * MEGABYTES <= GOALS.megabytes,
    },
  ]
}

function megabytesText({ peakMb: kept }) {
  return (kept * MEGABYTES).toFixed(0)
}
