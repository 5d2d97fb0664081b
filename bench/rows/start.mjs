import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { cpuSeconds } from '../cpu.mjs'
import { newDirectory } from '../servers.mjs'
import { median } from '../table.mjs'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const READY_TIMEOUT_MS = 60_000
const GOAL = { firstSeconds: 4, laterSeconds: 1.5, megabytes: 120, cpuMsPerSecond: 5 }

const KINDS = [
  { name: 'capture', title: 'nothing configured: all is captured', settings: async () => ({}) },
  { name: 'channels', title: 'SMS by Twilio, push by FCM', settings: channels },
]

export const row = {
  name: 'start',
  title: 'From the start of the process to Ready, and what it takes while nothing happens',
  options: { starts: 5, settle: 20, idle: 60 },
  measure,
  show,
}

/**
 * `starts` first starts, each in a new data directory, and after each of them one more in the same. Then each kind of configuration is left alone: after
 * `settle` seconds CPU time is counted for `idle` seconds.
 */
async function measure({ starts, settle, idle }, tell) {
  const [first, later] = [[], []]
  for (let nth = 1; nth <= starts; nth += 1) {
    const directory = newDirectory()
    try {
      first.push(await startOnce(directory))
      later.push(await startOnce(directory))
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
    tell(`start ${nth}: ready after ${first.at(-1).toFixed(2)} s, the second time after ${later.at(-1).toFixed(2)} s`)
  }
  const quiet = await Promise.all(KINDS.map((kind) => leaveAlone(kind, settle, idle)))
  for (const { name, node, postgres } of quiet)
    tell(`${name}: ${cpuText(node)} of Node, ${cpuText(postgres)} of Postgres`)
  return { starts, settle, idle, first, later, quiet }
}

/** Resolves with the seconds until it was ready. */
async function startOnce(directory) {
  const server = await start(directory, {})
  await server.stop()
  return server.seconds
}

/** CPU in ms a second, memory in MB as the kernel counts it at the end. */
async function leaveAlone(kind, settle, idle) {
  const directory = newDirectory()
  const server = await start(directory, await kind.settings(directory))
  try {
    await delay(settle * 1_000)
    const [before, began] = [cpuSeconds(server), performance.now()]
    await delay(idle * 1_000)
    const [after, seconds] = [cpuSeconds(server), (performance.now() - began) / 1_000]
    const spent = (part) => (before === null ? null : ((after[part] - before[part]) / seconds) * 1_000)
    return { name: kind.name, node: spent('node'), postgres: spent('postgres'), ...memoryOf(server.pid) }
  } finally {
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Of what is resident, `own` is in no file that others have mapped as well. Null without /proc. */
function memoryOf(pid) {
  if (!existsSync(`/proc/${pid}/status`)) return { resident: null, own: null }
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (field) => (Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]) * 1_024) / 1e6
  return { resident: megabytes('VmRSS'), own: megabytes('RssAnon') }
}

/** The built service, without npm and without what `npm start` looks at before. Ready is what it says itself. */
async function start(directory, settings) {
  const { PATH = '', HOME = '' } = process.env
  const dataDir = join(directory, 'data')
  const began = performance.now()
  const child = spawn(process.execPath, [MAIN], {
    cwd: directory,
    env: { PATH, HOME, PORT: '0', DATA_DIR: dataDir, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const late = setTimeout(() => child.kill('SIGKILL'), READY_TIMEOUT_MS)
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  try {
    for await (const line of lines) {
      if (JSON.parse(line).event !== 'ready') continue
      const seconds = (performance.now() - began) / 1_000
      child.stdout.resume()
      return { pid: child.pid, dataDir, seconds, stop }
    }
  } finally {
    clearTimeout(late)
  }
  throw new Error('It ended before it was ready.')
}

/** Look-alikes of both in this process; they are not called while nothing happens, but for what the service asks by itself. */
async function channels(directory) {
  const { startFakeTwilio } = await import('../../dist/fakes/twilio.js')
  const { startFakeFcm } = await import('../../dist/fakes/fcm.js')
  const [twilio, fcm] = await Promise.all([startFakeTwilio({}), startFakeFcm({})])
  const trusted = join(directory, 'ca.pem')
  writeFileSync(trusted, fcm.ca)
  return {
    TWILIO_ACCOUNT_SID: twilio.accountSid,
    TWILIO_AUTH_TOKEN: twilio.authToken,
    TWILIO_FROM: '+15005550006',
    TWILIO_BASE_URL: twilio.url,
    FCM_SERVICE_ACCOUNT: JSON.stringify(fcm.serviceAccount),
    FCM_BASE_URL: fcm.tlsUrl,
    NODE_EXTRA_CA_CERTS: trusted,
  }
}

function show({ starts, settle, idle, first, later, quiet }) {
  const capture = quiet.find(({ name }) => name === 'capture')
  return {
    tables: [
      { title: 'Starts', head: ['', 'median', 'range'], rows: [startRow('first', first), startRow('later', later)] },
      {
        title: 'While nothing happens',
        head: ['', 'CPU ms a second: Node', 'Postgres', 'both', 'resident MB', 'of it in no file'],
        rows: quiet.map(quietRow),
      },
    ],
    verdicts: [
      startVerdict(`first start: ≤ ${GOAL.firstSeconds} s`, first, GOAL.firstSeconds),
      startVerdict(`later starts: ≤ ${GOAL.laterSeconds} s`, later, GOAL.laterSeconds),
      {
        goal: `Node’s memory after a quiet minute, nothing configured: ≤ ${GOAL.megabytes} MB`,
        figure: `${memoryText(capture.resident)} MB`,
        met: capture.resident === null ? null : capture.resident <= GOAL.megabytes,
      },
      {
        goal: `Node’s CPU while nothing happens, nothing configured: ≤ 0.5 % (${GOAL.cpuMsPerSecond} ms a second)`,
        figure: cpuText(capture.node),
        met: capture.node === null ? null : capture.node <= GOAL.cpuMsPerSecond,
      },
    ],
    notes: [
      `${starts} starts of each kind, from spawning \`node dist/main.js\` to its own line that it is ready: without npm, and without the build that the very first \`npm start\` does. A first start makes the database’s files and all tables; a later one opens the same directory.`,
      `Both kinds of configuration at the same time, each a service of its own with its own Postgres, ${settle} s after Ready, for ${idle} s. CPU as the kernel counts it, in hundredths of a second.`,
      'Postgres: all its processes, with those that wake up by themselves (background writer, WAL writer, checkpointer, autovacuum). The goals are Node’s.',
    ],
  }
}

function startRow(name, seconds) {
  return [name, `${median(seconds).toFixed(2)} s`, rangeText(seconds)]
}

function startVerdict(goal, seconds, most) {
  return { goal, figure: `${median(seconds).toFixed(2)} s (${rangeText(seconds)})`, met: median(seconds) <= most }
}

function quietRow({ name, node, postgres, resident, own }) {
  const both = node === null ? null : node + postgres
  const title = KINDS.find((kind) => kind.name === name)?.title ?? name
  return [title, ...[node, postgres, both].map((one) => one?.toFixed(1) ?? '–'), memoryText(resident), memoryText(own)]
}

function rangeText(seconds) {
  return `${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)} s`
}

function cpuText(ms) {
  return ms === null ? 'not known here' : `${ms.toFixed(1)} ms a second`
}

function memoryText(megabytes) {
  return megabytes?.toFixed(0) ?? '–'
}
