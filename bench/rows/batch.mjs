import { performance } from 'node:perf_hooks'
import { COMMON, contactLines, contactOf, stream } from '../batch-lines.mjs'
import { openRaw } from '../batch-raw.mjs'
import { measureSmpp, showSmpp } from '../batch-smpp.mjs'
import { cpuSeconds, untilIdle } from '../cpu.mjs'
import { startPostgres, startTidings } from '../servers.mjs'
import { median, quotients, spreadText, whole as rounded } from '../table.mjs'

const DRAIN_TIMEOUT_MS = 120_000

/** Settings that differ from the defaults; the limit is counted, and never reached. */
const SETTINGS = { SMS_RATE_LIMIT_PER_MINUTE: '1000000' }

const [JSON_CALLS, LINES] = ['JSON, 10,000 items a call', 'NDJSON, one stream']
const JSON_PAIRS = `${JSON_CALLS}, two at a time`
const LINES_AND_DELIVERY = `${LINES}, delivered meanwhile`
const [RAW_JSON, RAW_LINES] = ['raw INSERT, 10,000 rows a transaction', 'raw INSERT, 1,000 rows a transaction']

export const row = {
  name: 'batch',
  title:
    'items of POST /smss/batch, each committed to disk, beside a raw INSERT of the same rows; targets of a push by line; on to SMPP',
  needs: { programs: ['wrk', 'bearerbox'] },
  options: { rounds: 5, items: 50_000, smpp: 20_000 },
  measure: measureBatch,
  show,
}

/**
 * How many items a second `POST /smss/batch` takes, each answered after a commit to disk: in calls of 10,000 in JSON, one after the other and two at a time,
 * and in one stream of lines; the same rows by an INSERT into the same Postgres, with nothing else asked. Beside it what POST /notifications/tokens
 * makes of a list of targets by line, new ones and known ones. Before the next one what was accepted is delivered.
 */
async function measureBatch({ rounds, items, smpp }, tell) {
  const postgres = await startPostgres()
  const server = { ...(await startTidings({ DATABASE_URL: postgres.url, ...SETTINGS })), dataDir: postgres.dataDir }
  const raw = await openRaw(postgres.url, COMMON)
  try {
    const results = await measureTurns(server, waysOf(server.url, raw, items), { rounds, items }, tell)
    return { rounds, items, ...figures(results), smpp: await measureSmpp({ rounds, messages: smpp }, tell) }
  } finally {
    await raw.close()
    await server.stop()
    await postgres.stop()
  }
}

/** `paused`: nothing is delivered until all of it is taken; `own`: it is this process that writes. */
function waysOf(url, raw, items) {
  const lines = async () => {
    const stored = await stream(`${url}/smss/batch`, COMMON, contactLines(items), items)
    if (stored !== items) throw new Error(`${stored} of ${items} items were accepted`)
  }
  return [
    { name: JSON_CALLS, paused: true, run: () => wholes(url, items, 1) },
    { name: JSON_PAIRS, paused: true, run: () => wholes(url, items, 2) },
    { name: RAW_JSON, own: true, run: () => raw.insert(items, 10_000) },
    { name: LINES, paused: true, run: lines },
    { name: RAW_LINES, own: true, run: () => raw.insert(items, 1_000) },
    { name: LINES_AND_DELIVERY, run: lines },
    { name: 'targets of a push by NDJSON, new', run: (round) => targets(url, items, round) },
    { name: 'targets of a push by NDJSON, known', run: (round) => targets(url, items, round) },
  ]
}

async function measureTurns(server, ways, { rounds, items }, tell) {
  const results = new Map(ways.map(({ name }) => [name, []]))
  // A first one, so that every path was run before.
  await wholes(server.url, 10_000, 1)
  await stream(`${server.url}/smss/batch`, COMMON, contactLines(10_000), 10_000)
  for (let round = 1; round <= rounds; round += 1) {
    for (const way of ways) {
      const one = await timed(server, items, way, round)
      results.get(way.name).push(one)
      tell(`round ${round} of ${rounds}: ${way.name} ${Math.round(one.perSecond)}/s`)
    }
  }
  return results
}

/** CPU is counted for the call alone; what it leaves behind is waited for. */
async function timed(server, items, { run, own = false, paused = false }, round) {
  await untilIdle(server, DRAIN_TIMEOUT_MS)
  if (paused) await change(server, 'pause')
  const [before, begun] = [cpuOf(server, own), performance.now()]
  await run(round)
  const seconds = (performance.now() - begun) / 1_000
  const after = cpuOf(server, own)
  const micros = (part) => (before === null ? null : ((after[part] - before[part]) / items) * 1_000_000)
  if (paused) await change(server, 'resume')
  const drainSeconds = await untilIdle(server, DRAIN_TIMEOUT_MS)
  return { perSecond: items / seconds, nodeMicros: micros('node'), postgresMicros: micros('postgres'), drainSeconds }
}

async function change({ url }, deed) {
  const answer = await fetch(`${url}/${deed}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  if (!answer.ok) throw new Error(`${deed} was answered ${answer.status}`)
}

function cpuOf(server, own) {
  const used = cpuSeconds(server)
  if (used === null || !own) return used
  const { user, system } = process.cpuUsage()
  return { ...used, node: (user + system) / 1e6 }
}

function figures(results) {
  return {
    measured: [...results].map(([name, all]) => ({ name, ...medians(all), rounds: all })),
    shares: {
      json: shareOf(results, JSON_CALLS, RAW_JSON),
      pairs: shareOf(results, JSON_PAIRS, RAW_JSON),
      lines: shareOf(results, LINES, RAW_LINES),
    },
  }
}

function shareOf(results, ours, raw) {
  return quotients(results.get(ours), results.get(raw), 'perSecond')
}

async function wholes(url, items, atOnce) {
  const starts = Array.from({ length: Math.ceil(items / 10_000) }, (_, call) => call * 10_000)
  const work = async () => {
    for (let from = starts.shift(); from !== undefined; from = starts.shift()) await whole(url, from, items)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

async function whole(url, from, items) {
  const list = Array.from({ length: Math.min(10_000, items - from) }, (_, index) => contactOf(from + index))
  const answer = await fetch(`${url}/smss/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...COMMON, items: list }),
  })
  const { accepted } = await answer.json()
  if (accepted !== list.length) throw new Error(`${accepted} of ${list.length} items were accepted`)
}

async function targets(url, items, round) {
  const content = { title: 'Hello', body: 'There is news.' }
  await stream(`${url}/notifications/tokens`, content, tokenLines(items, round), null)
}

function* tokenLines(items, round) {
  // As long as those of FCM.
  const end = 'x'.repeat(140)
  for (let index = 0; index < items; index += 1) yield `"token-${round}-${index}-${end}"\n`
}

function medians(rounds) {
  const of = (key) => (rounds[0][key] === null ? null : median(rounds.map((one) => one[key])))
  return Object.fromEntries(['perSecond', 'nodeMicros', 'postgresMicros', 'drainSeconds'].map((key) => [key, of(key)]))
}

function show({ rounds, items, measured, shares, smpp }) {
  const cells = (one) => [
    one.name,
    one.perSecond.toFixed(0),
    rounded(one.nodeMicros),
    rounded(one.postgresMicros),
    one.drainSeconds.toFixed(1),
  ]
  const lines = measured.find(({ name }) => name === LINES)
  const onward = showSmpp(smpp)
  return {
    tables: [
      { head: ['', 'items/s', 'CPU µs: Node', 'Postgres', 'drained in s'], rows: measured.map(cells) },
      ...onward.tables,
    ],
    verdicts: [
      { goal: 'NDJSON: ≥ 40,000/s', figure: `${lines.perSecond.toFixed(0)}/s`, met: lines.perSecond >= 40_000 },
      shareVerdict('NDJSON', shares.lines),
      shareVerdict('JSON', shares.json),
      shareVerdict('JSON, two calls at a time', shares.pairs),
      ...onward.verdicts,
    ],
    notes: [
      `Medians of ${rounds} alternating rounds of ${items.toLocaleString('en')} items, committed to disk. Sending is paused while JSON and NDJSON come in, but where it says otherwise; so the figures are those of taking in alone.`,
      'The raw INSERT writes the rows of `messages` and `due` into tables with the same columns, checks and indexes, by one connection and one prepared statement a transaction, its lists written out before; without foreign keys, triggers, the look for opt-outs and flagged numbers, or an answer.',
      `Settings that differ from the defaults: SMS_RATE_LIMIT_PER_MINUTE=${SETTINGS.SMS_RATE_LIMIT_PER_MINUTE}, LOG_LEVEL=silent.`,
      ...onward.notes,
    ],
  }
}

function shareVerdict(way, share) {
  return { goal: `${way}: ≥ 0.60 of the raw INSERT`, figure: spreadText(share), met: share.median >= 0.6 }
}
