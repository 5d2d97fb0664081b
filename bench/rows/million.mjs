import { readFileSync, readdirSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds, untilIdle } from '../cpu.mjs'
import { sendBy } from './fcm.mjs'
import { startFcmServer } from '../fcm-server.mjs'
import { TEXT, tokenOf } from '../fcm-messages.mjs'
import { startTidings } from '../servers.mjs'
import { median, quotients, spread, spreadText } from '../table.mjs'

/** So that no quota is what is measured. */
const MESSAGES_PER_MINUTE = 60_000_000
const LOOK_MS = 250
/** Times as soon as the SDK; the most that Node may take. */
const GOALS = { times: 2, megabytes: 300 }
const RUNS = ['new tokens', 'known tokens']
/** Pushes with evidence, each beside one without. */
const EVIDENCE_PAIRS = 3
const IDLE_MS = 60_000
/** Without one outcome more: something is wrong. */
const SILENCE_MS = 120_000

export const row = {
  name: 'million',
  title:
    'one notification to a million devices, from the call to the last outcome on disk, beside the official SDK, which only sends',
  needs: { packages: ['firebase-admin'], programs: ['h2o'] },
  options: { rounds: 3, messages: 1_000_000, evidence: 100_000 },
  measure: measureMillion,
  show,
}

/** By turns: with tokens nobody has seen before, with the same ones again, and the SDK. */
async function measureMillion({ rounds, messages, evidence }, tell) {
  const server = await startFcmServer()
  if (server === null) throw new Error('This row needs h2o; Debian has it in its package h2o.')
  try {
    const taken = []
    for (let round = 1; round <= rounds; round += 1) {
      const said = (line) => tell(`round ${round} of ${rounds}: ${line}`)
      const ours = await onTidings(server, {}, (tidings) => sendAll(tidings, messages, said))
      const sdk = await sendBy('firebase-admin', server, messages)
      said(`firebase-admin: ${sdk.seconds.toFixed(1)} s`)
      if (sdk.accepted !== messages) throw new Error(`firebase-admin: ${sdk.accepted} of ${messages} were accepted`)
      taken.push({ ours, sdk })
    }
    return {
      messages,
      messagesPerMinute: MESSAGES_PER_MINUTE,
      taken,
      evidence: await measureEvidence(server, evidence),
    }
  } finally {
    await server.stop()
  }
}

async function onTidings(fcm, settings, use) {
  const tidings = await startTidings({
    FCM_SERVICE_ACCOUNT: JSON.stringify(fcm.account),
    FCM_BASE_URL: fcm.origin,
    FCM_MESSAGES_PER_MINUTE: String(MESSAGES_PER_MINUTE),
    FCM_RAMP_SECONDS: '0',
    NODE_EXTRA_CA_CERTS: fcm.caFile,
    AUTH: 'off',
    ...settings,
  })
  try {
    return await use(tidings)
  } finally {
    await tidings.stop()
  }
}

async function sendAll(tidings, messages, tell) {
  const runs = []
  for (const what of RUNS) {
    await untilIdle(tidings, IDLE_MS)
    const run = { ...(await sendOne(tidings, messages)), peakMb: peakMb(tidings.pid) }
    runs.push(run)
    const { acceptSeconds, seconds } = run
    tell(`tidings, ${what}: accepted in ${acceptSeconds.toFixed(1)} s, the last outcome at ${seconds.toFixed(1)} s`)
  }
  return runs
}

/** Known tokens by turns with and without tickets for their devices' reports; null: not asked for. */
async function measureEvidence(server, messages) {
  if (messages === 0) return null
  return onTidings(server, { PUBLIC_URL: 'https://tidings.example.com' }, async (tidings) => {
    await sendOne(tidings, messages)
    const [without, withIt] = [[], []]
    for (let pair = 0; pair < EVIDENCE_PAIRS; pair += 1) {
      for (const [runs, more] of [
        [without, {}],
        [withIt, { evidence: true }],
      ]) {
        await untilIdle(tidings, IDLE_MS)
        runs.push(await sendOne(tidings, messages, more))
      }
    }
    return { messages, without, with: withIt }
  })
}

async function sendOne(tidings, messages, more = {}) {
  const [cpu, disk, began] = [cpuSeconds(tidings), bytesOf(tidings.dataDir), performance.now()]
  const id = await accept(tidings.url, messages, more)
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
    bytesPerTarget: (bytesOf(tidings.dataDir) - disk) / messages,
  }
}

/** One stream of lines, as fast as it is taken. */
export async function accept(url, messages, more = {}) {
  const call = request(`${url}/notifications/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
  })
  const answered = new Promise((resolve, reject) => call.on('response', resolve).on('error', reject))
  call.write(`${JSON.stringify({ ...TEXT, ...more })}\n`)
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

/** The most that was ever resident, in units of 1,000,000 bytes. Source: proc(5), VmHWM. */
function peakMb(pid) {
  return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024) / 1e6
}

/** Of the tables and their indexes: what Postgres keeps for its own crashes comes and goes. */
function bytesOf(dataDir) {
  const base = readdirSync(dataDir, { recursive: true, withFileTypes: true })
  return base
    .filter((entry) => entry.isFile() && /\/base\/\d+$/.test(entry.parentPath ?? entry.path))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0)
}

function show({ messages, messagesPerMinute, taken, evidence }) {
  const runs = RUNS.map((what, index) => ({ what, all: taken.map(({ ours }) => ours[index]) }))
  const sdk = taken.map((round) => round.sdk)
  const sdkMicros = median(sdk.map(({ cpuSeconds: seconds }) => (seconds * 1e6) / messages))
  const beside = ['firebase-admin, sending alone', '–', figure(sdk, 'seconds', 1), sdkMicros.toFixed(0), '–']
  const head = ['', 'accepted in s', 'done in s', 'CPU µs: Node', 'Postgres', 'peak MB', 'bytes a device']
  const pairs = `Medians of ${taken.length} rounds, by turns with the SDK, with the least and the most; each round on an empty database`
  return {
    tables: [{ head, rows: [...runs.map(rowOf), [...beside, figure(sdk, 'peakMb', 0), '–']] }],
    verdicts: runs.flatMap((run) => verdictsOn(run, sdk)),
    notes: [
      `${taken.length === 1 ? 'One run each' : pairs}, of ${messages.toLocaleString('en')} devices, to h2o over TLS. MB are 1,000,000 bytes; a node’s peak for known tokens is that of both its runs.`,
      ...(evidence === null ? [] : [evidenceNote(evidence)]),
      `Settings that differ from the defaults: FCM_MESSAGES_PER_MINUTE=${messagesPerMinute}, FCM_RAMP_SECONDS=0 (neither has a quota here), AUTH=off, SMS_RATE_LIMIT_PER_MINUTE=0, LOG_LEVEL=silent.`,
    ],
  }
}

function rowOf({ what, all }) {
  const micros = (key) => median(all.map((one) => one[key])).toFixed(0)
  return [
    `Tidings, ${what}`,
    figure(all, 'acceptSeconds', 1),
    figure(all, 'seconds', 1),
    micros('nodeMicros'),
    micros('postgresMicros'),
    figure(all, 'peakMb', 0),
    micros('bytesPerTarget'),
  ]
}

/** What a device costs more where it is asked to report. */
function evidenceNote({ messages, without, with: withIt }) {
  const both = (run) => run.nodeMicros + run.postgresMicros
  const more = spread(withIt.map((run, index) => both(run) - both(without[index])))
  const time = quotients(withIt, without, 'seconds')
  return `With evidence, ${messages.toLocaleString('en')} known devices, ${without.length} pairs: ${spreadText(more, 1)} µs of CPU more a device, ${spreadText(time)} times the time. Settings that differ besides: PUBLIC_URL.`
}

function verdictsOn({ what, all }, sdk) {
  const times = quotients(sdk, all, 'seconds')
  return [
    {
      goal: `${what}: ≥ ${GOALS.times} × firebase-admin, which only sends`,
      figure: `${all.length === 1 ? times.median.toFixed(2) : spreadText(times)} times as soon`,
      met: times.median >= GOALS.times,
    },
    {
      goal: `${what}: Node’s memory ≤ ${GOALS.megabytes} MB`,
      figure: `${figure(all, 'peakMb', 0)} MB at its peak`,
      met: Math.max(...all.map(({ peakMb: one }) => one)) <= GOALS.megabytes,
    },
  ]
}

/** The median, of several rounds with the least and the most. */
function figure(runs, key, digits) {
  const values = runs.map((one) => one[key])
  return values.length === 1 ? values[0].toFixed(digits) : spreadText(spread(values), digits)
}
