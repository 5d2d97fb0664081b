import { execFile } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cpuSeconds } from '../cpu.mjs'
import { findKannel, startKannel } from '../peers/kannel.mjs'
import { startTidings } from '../servers.mjs'
import { startSmsc } from '../smsc-process.mjs'
import { median, quotients, spreadText } from '../table.mjs'

/** Times Kannel. */
const GOALS = { without: 1.5, with: 5 }

const WARM_UP_SECONDS = 2
/** Submissions under way at once, for both. */
const WINDOW = 100
/** Without one message more: it is over, whatever is missing. */
const SILENCE_MS = 15_000
const LOOK_MS = 50

/** As load.mjs has them. */
const CONTACTS = { CONTACTS: '3200', FIRST_CONTACT: '15005551000' }

export const row = {
  name: 'sms-http',
  title: 'from HTTP to SMPP, beside Kannel',
  needs: { programs: ['wrk', 'bearerbox'] },
  options: { rounds: 5, seconds: 4, connections: 64 },
  measure: measureSmsHttp,
  show,
}

/**
 * From HTTP to SMPP: how many messages a second come in by calls and are taken by an SMSC, from the first call to the last submit_sm, or with
 * receipts to the last deliver_sm_resp. Ours commits each to disk before it answers; Kannel keeps each in a file of its spool. By turns.
 */
async function measureSmsHttp({ rounds, seconds, connections }, tell) {
  const [load, programs] = [await hasWrk(), findKannel()]
  if (!load) throw new Error('This row needs wrk; Debian has it in its package wrk.')
  if (programs === null) tell('Kannel is not installed (Debian: kannel): its figures are left out.')
  const parts = []
  for (const receipts of [false, true]) {
    parts.push(await measurePart({ receipts, programs, rounds, seconds, connections }, tell))
  }
  return { rounds, seconds, connections, window: WINDOW, parts }
}

async function measurePart({ receipts, programs, rounds, seconds, connections }, tell) {
  const smsc = await startSmsc()
  const servers = {}
  const results = { tidings: [], kannel: [] }
  try {
    servers.tidings = await openTidings(smsc, receipts)
    if (programs !== null) servers.kannel = await openKannel(programs, smsc, receipts)
    const settings = { smsc, receipts, connections }
    for (const server of Object.values(servers)) await round(server, { ...settings, seconds: WARM_UP_SECONDS })
    for (let number = 1; number <= rounds; number += 1) {
      for (const [name, server] of Object.entries(servers)) {
        const result = await round(server, { ...settings, seconds })
        results[name].push(result)
        const what = receipts ? 'with receipts' : 'without receipts'
        tell(`${what}, round ${number} of ${rounds}: ${name} ${Math.round(result.perSecond)}/s${missing(result)}`)
      }
    }
  } finally {
    for (const server of Object.values(servers)) await server.stop()
    await smsc.stop()
  }
  return { receipts, tidings: medians(results.tidings), kannel: medians(results.kannel), ...ratioOf(results), results }
}

function missing({ answered, taken }) {
  return taken < answered ? ` (${answered - taken} of ${answered} are missing)` : ''
}

function medians(rounds) {
  if (rounds.length === 0) return null
  const of = (key) => median(rounds.map((one) => one[key]))
  const sum = (key) => rounds.reduce((total, one) => total + one[key], 0)
  return {
    perSecond: of('perSecond'),
    httpPerSecond: of('httpPerSecond'),
    p99Ms: of('p99Ms'),
    micros: of('micros'),
    answered: sum('answered'),
    taken: sum('taken'),
    errors: sum('errors'),
  }
}

function ratioOf({ tidings, kannel }) {
  return { ratio: kannel.length === 0 ? null : quotients(tidings, kannel, 'perSecond') }
}

async function openTidings(smsc, receipts) {
  const query = `binds=1&window=${WINDOW}&from=15005550006&receipts=${receipts ? 'all' : 'none'}`
  const server = await startTidings({
    SMPP_URL: `smpp://bench:bench@127.0.0.1:${smsc.port}?${query}`,
    // Who may call is not what is measured.
    AUTH: 'off',
  })
  const script = fileURLToPath(new URL('../load.lua', import.meta.url))
  const cpu = () => {
    const used = cpuSeconds(server)
    return used === null ? 0 : used.node + used.postgres
  }
  return { url: server.url, script, query: '', cpu, stop: server.stop }
}

/** Kannel, as `round` asks for it. */
export async function openKannel(programs, smsc, receipts) {
  const kannel = await startKannel(programs, smsc, { window: WINDOW, receipts })
  const script = fileURLToPath(new URL('../peers/load-kannel.lua', import.meta.url))
  const cpu = () => kannel.pids.reduce((sum, pid) => sum + (cpuSeconds({ pid, dataDir: null })?.node ?? 0), 0)
  return { ...kannel, script, cpu }
}

/** One load by HTTP, until the SMSC has taken all of it. */
export async function round(server, { smsc, receipts, seconds, connections }) {
  await smsc.begin(receipts)
  const [cpu, began] = [server.cpu(), performance.timeOrigin + performance.now()]
  const load = await call(server, seconds, connections)
  const { count, lastMs } = await untilTaken(smsc, receipts, load.answered)
  return {
    ...load,
    httpPerSecond: load.perSecond,
    perSecond: (count * 1_000) / (lastMs - began),
    taken: count,
    micros: ((server.cpu() - cpu) * 1_000_000) / count,
  }
}

async function call({ url, script, query }, seconds, connections) {
  const args = ['--threads', '1', '--connections', connections, '--duration', `${seconds}s`, '--script', script]
  const env = { ...process.env, ...CONTACTS, QUERY: query }
  const { stdout } = await promisify(execFile)('wrk', [...args.map(String), '--latency', url], { env })
  const { refused, ...load } = JSON.parse(stdout.trim().split('\n').at(-1))
  if (refused > 0) throw new Error(`${url}: ${refused} of ${load.answered + refused} calls were not taken`)
  return load
}

/** What was under way when the load ended may have been taken, though nobody had its answer. */
export async function untilTaken(smsc, receipts, answered) {
  let [before, changedAt] = [-1, performance.now()]
  for (;;) {
    const { submits, acknowledged, lastSubmitMs, lastAcknowledgedMs } = await smsc.count()
    const count = receipts ? Math.min(submits, acknowledged) : submits
    if (count !== before) [before, changedAt] = [count, performance.now()]
    const silentMs = performance.now() - changedAt
    if ((count >= answered && silentMs > 10 * LOOK_MS) || silentMs > SILENCE_MS) {
      return { count, lastMs: receipts ? lastAcknowledgedMs : lastSubmitMs }
    }
    await delay(LOOK_MS)
  }
}

async function hasWrk() {
  return promisify(execFile)('wrk', ['--version']).then(
    () => true,
    ({ code }) => code !== 'ENOENT',
  )
}

function show({ rounds, seconds, connections, window, parts }) {
  const ways = parts.map((part) => ({ ...part, what: part.receipts ? 'with receipts' : 'without receipts' }))
  const rows = ways.flatMap(({ what, tidings, kannel }) => [
    cells(`Tidings ${what}`, tidings),
    ...(kannel === null ? [] : [cells(`Kannel ${what}`, kannel)]),
  ])
  const hasKannel = parts.every(({ kannel }) => kannel !== null)
  return {
    tables: [{ head: ['', 'messages/s', 'HTTP/s', 'p99 ms', 'CPU µs', 'missing', 'errors'], rows }],
    verdicts: ways.map(verdictOn),
    notes: [
      `Medians of ${rounds} alternating rounds of ${seconds} s, ${connections} connections, a window of ${window}.`,
      'Tidings commits to disk, with receipts what became of each message too; Kannel has its spool, without fsync, and what it waits for in memory. It tells of each step (taken by the SMSC, delivered) by a call to an HTTP server that only answers.',
      'Settings that differ from the defaults: AUTH=off, SMS_RATE_LIMIT_PER_MINUTE=0, LOG_LEVEL=silent.',
      ...(hasKannel ? [] : ['Kannel is not installed (Debian: kannel).']),
    ],
  }
}

function verdictOn({ what, receipts, ratio }) {
  const least = receipts ? GOALS.with : GOALS.without
  const goal = `${what}: ≥ ${least} × Kannel`
  if (ratio === null) return { goal, figure: 'Kannel is not installed', met: null }
  return { goal, figure: `${spreadText(ratio)} times as many`, met: ratio.median >= least }
}

function cells(name, one) {
  return [
    name,
    one.perSecond.toFixed(0),
    one.httpPerSecond.toFixed(0),
    one.p99Ms.toFixed(1),
    one.micros.toFixed(0),
    String(Math.max(0, one.answered - one.taken)),
    String(one.errors),
  ]
}
