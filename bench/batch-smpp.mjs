import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { COMMON, contactLines, stream } from './batch-lines.mjs'
import { cpuSeconds, untilIdle } from './cpu.mjs'
import { findKannel } from './peers/kannel.mjs'
import { openKannel, round, untilTaken } from './rows/sms-http.mjs'
import { startTidings } from './servers.mjs'
import { startSmsc } from './smsc-process.mjs'
import { median, quotients, spreadText } from './table.mjs'

/** Submissions under way at once, for both. */
const WINDOW = 100
/** Kannel takes no batches: calls of one message each, by so many connections for so long, is its fastest way. */
const KANNEL = { connections: 64, seconds: 3 }
const IDLE_TIMEOUT_MS = 60_000
const SETTINGS = { AUTH: 'off', SMS_RATE_LIMIT_PER_MINUTE: '1000000' }
const GOALS = [
  { receipts: false, what: 'without receipts', goal: 3 },
  { receipts: true, what: 'with receipts', goal: 10 },
]

/**
 * A batch handed in by HTTP, until an SMSC has taken the last submit_sm, with receipts until it has the last deliver_sm_resp; beside Kannel, by turns, where
 * it is installed.
 */
export async function measureSmpp({ rounds, messages }, tell) {
  const programs = findKannel()
  if (programs === null) tell('Kannel is not installed (Debian: kannel): its figures are left out.')
  const parts = []
  for (const { receipts, what } of GOALS)
    parts.push(await measurePart({ receipts, what, programs, rounds, messages }, tell))
  return { rounds, messages, window: WINDOW, parts }
}

async function measurePart({ receipts, what, programs, rounds, messages }, tell) {
  const smsc = await startSmsc()
  const opened = []
  const results = { tidings: [], kannel: [] }
  try {
    const tidings = await openTidings(smsc, receipts)
    opened.push(tidings)
    const kannel = programs === null ? null : await openKannel(programs, smsc, receipts)
    if (kannel !== null) opened.push(kannel)
    // What warms up counts for neither.
    await sendBatch(tidings, { smsc, receipts, messages })
    if (kannel !== null) await round(kannel, { smsc, receipts, ...KANNEL })
    for (let number = 1; number <= rounds; number += 1) {
      results.tidings.push(await sendBatch(tidings, { smsc, receipts, messages }))
      if (kannel !== null) results.kannel.push(await round(kannel, { smsc, receipts, ...KANNEL }))
      const told = Object.entries(results).filter(([, all]) => all.length > 0)
      const rates = told.map(([name, all]) => `${name} ${Math.round(all.at(-1).perSecond)}/s`)
      tell(`batch to SMPP ${what}, round ${number} of ${rounds}: ${rates.join(', ')}`)
    }
  } finally {
    for (const server of opened) await server.stop()
    await smsc.stop()
  }
  const ratio = results.kannel.length === 0 ? null : quotients(results.tidings, results.kannel, 'perSecond')
  return { receipts, what, ratio, tidings: medians(results.tidings), kannel: medians(results.kannel), results }
}

function openTidings(smsc, receipts) {
  const query = `binds=1&window=${WINDOW}&from=15005550006&receipts=${receipts ? 'all' : 'none'}`
  return startTidings({ SMPP_URL: `smpp://bench:bench@127.0.0.1:${smsc.port}?${query}`, ...SETTINGS })
}

async function sendBatch(server, { smsc, receipts, messages }) {
  await untilIdle(server, IDLE_TIMEOUT_MS)
  await smsc.begin(receipts)
  const [cpu, began] = [cpuOf(server), performance.timeOrigin + performance.now()]
  const overloads = await handIn(server, messages)
  const acceptedMs = performance.timeOrigin + performance.now()
  const { count, lastMs } = await untilTaken(smsc, receipts, messages)
  if (count !== messages) throw new Error(`${count} of ${messages} messages arrived`)
  return {
    perSecond: (count * 1_000) / (lastMs - began),
    httpPerSecond: (messages * 1_000) / (acceptedMs - began),
    taken: count,
    overloads,
    micros: ((cpuOf(server) - cpu) * 1_000_000) / count,
  }
}

/** As `retry_after` of `overloaded` says. Returns how often it was told so. */
async function handIn({ url }, messages) {
  let overloads = 0
  for (let left = messages; left > 0;) {
    left -= await stream(`${url}/smss/batch`, COMMON, contactLines(left), left)
    if (left > 0) {
      overloads += 1
      await delay(1_000)
    }
  }
  return overloads
}

function cpuOf(server) {
  const used = cpuSeconds(server)
  return used === null ? 0 : used.node + used.postgres
}

function medians(rounds) {
  if (rounds.length === 0) return null
  const of = (key) => median(rounds.map((one) => one[key]))
  return { perSecond: of('perSecond'), httpPerSecond: of('httpPerSecond'), micros: of('micros') }
}

/** Its part of a row's page. */
export function showSmpp({ messages, window, parts }) {
  const cells = (name, one) => [name, one.perSecond.toFixed(0), one.httpPerSecond.toFixed(0), one.micros.toFixed(0)]
  const rows = parts.flatMap(({ what, tidings, kannel }) => [
    cells(`Tidings, a batch, ${what}`, tidings),
    ...(kannel === null ? [] : [cells(`Kannel, ${what}`, kannel)]),
  ])
  return {
    tables: [{ head: ['from HTTP to SMPP', 'messages/s', 'HTTP/s', 'CPU µs'], rows }],
    verdicts: parts.map(({ receipts, what, ratio }) =>
      verdictOn(what, ratio, GOALS.find((one) => one.receipts === receipts).goal),
    ),
    notes: [
      `From HTTP to SMPP: a stream of ${messages.toLocaleString('en')} lines, from its first until an SMSC that does nothing else has taken the last message, or its receipt is confirmed; one bind, a window of ${window}. Kannel takes no batches: ${KANNEL.connections} connections call it for ${KANNEL.seconds} s. Settings that differ from the defaults: AUTH=off, SMS_RATE_LIMIT_PER_MINUTE=${SETTINGS.SMS_RATE_LIMIT_PER_MINUTE}, LOG_LEVEL=silent.`,
      ...parts.flatMap(overloadsOf),
    ],
  }
}

function overloadsOf({ what, results }) {
  const times = results.tidings.reduce((sum, { overloads }) => sum + overloads, 0)
  return times === 0
    ? []
    : [
        `A batch to SMPP ${what}: ${times} times it was answered \`overloaded\`, and what was left sent again after a second.`,
      ]
}

function verdictOn(what, ratio, least) {
  const goal = `a batch to SMPP ${what}: ≥ ${least} × Kannel`
  if (ratio === null) return { goal, figure: 'Kannel is not installed', met: null }
  return { goal, figure: `${spreadText(ratio)} times as many`, met: ratio.median >= least }
}
