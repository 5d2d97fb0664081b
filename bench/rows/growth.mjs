import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cpuSeconds, untilIdle } from '../cpu.mjs'
import { newDirectory, startTidings } from '../servers.mjs'
import { median } from '../table.mjs'

const GOALS = { cost: 1.1, searchMs: 150, pageMs: 10 }
/** The size at which a search is judged, in millions. */
const SEARCHED_MILLIONS = 1

const LOAD = fileURLToPath(new URL('../load.mjs', import.meta.url))
const WARM_UP_SECONDS = 3
const DRAIN_TIMEOUT_MS = 20_000
/** Of each key page. */
const ASKED = 500
const SEARCH_PAGES = 20

/** One of each kind, with values that are frequent, rare, and not there at all. */
const SEARCHES = [
  'status:delivered',
  'status:failed',
  'status:uncertain',
  'status:cancelled',
  'to:+15005551000',
  'to:+15005551777 status:failed',
  '5551777',
  'tag:invoice',
  'tag:rare',
  'parcel',
  'zeppelin',
  'code:30003',
  'via:nobody',
  'last:24h status:undelivered',
  'status:failed parcel before:2026-02-01',
]

export const row = {
  name: 'growth',
  title: 'accept, settle, search and look up when millions of messages are there already, beside an empty service',
  options: { rounds: 5, seconds: 2, connections: 64, millions: [0, 1, 5] },
  needs: { programs: ['wrk'] },
  measure,
  show,
}

/** For each size a service with so many messages and one without any, both just started, take the same load in turn. */
async function measure({ rounds, seconds, connections, millions }, tell) {
  const sizes = []
  for (const size of millions) sizes.push(await measureSize(size, { rounds, seconds, connections }, tell))
  return { sizes }
}

async function measureSize(millions, { rounds, seconds, connections }, tell) {
  const homes = { empty: await openHome(0, tell) }
  try {
    homes.grown = await openHome(millions, tell)
    for (const { server } of Object.values(homes)) await loadOnce(server, WARM_UP_SECONDS, connections)
    const measured = []
    for (let number = 1; number <= rounds; number += 1) {
      const names = number % 2 === 1 ? ['empty', 'grown'] : ['grown', 'empty']
      const round = {}
      for (const name of names) round[name] = await loadOnce(homes[name].server, seconds, connections)
      measured.push(round)
      tell(
        `${millions} million, round ${number} of ${rounds}: CPU ${costOf(round)?.toFixed(2) ?? '–'} × of an empty one`,
      )
    }
    const { fillSeconds, server } = homes.grown
    const pages = await measurePages(server.url)
    const searches = await measureSearches(server.url)
    return { millions, fillSeconds, rounds: measured, pages, searches }
  } finally {
    for (const home of Object.values(homes)) await home.close()
  }
}

/** A Postgres of its own, filled before the service is started on it. */
async function openHome(millions, tell) {
  const { startEmbedded } = await import('../../dist/embedded/postgres.js')
  const { migrate } = await import('../../dist/store/migrate.js')
  const { fillMessages } = await import('../fill.mjs')
  const directory = newDirectory()
  const dataDir = join(directory, 'data')
  const postgres = await startEmbedded({ dataDir, onRestart: tell })
  const closePostgres = async () => {
    await postgres.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await migrate(postgres.url)
    const began = performance.now()
    if (millions > 0) await fillMessages(postgres.url, millions * 1_000_000, tell)
    const fillSeconds = (performance.now() - began) / 1_000
    const server = { ...(await startTidings({ DATABASE_URL: postgres.url })), dataDir }
    const close = async () => {
      await server.stop()
      await closePostgres()
    }
    return { server, fillSeconds, close }
  } catch (error) {
    await closePostgres()
    throw error
  }
}

/** CPU is counted until the server is idle again: what was accepted is also settled. */
async function loadOnce(server, seconds, connections) {
  const before = cpuSeconds(server)
  const { stdout } = await promisify(execFile)(process.execPath, [LOAD, server.url, seconds, connections].map(String))
  const { answered, perSecond, p99Ms, errors } = JSON.parse(stdout)
  if (errors > 0) throw new Error(`${errors} of ${answered + errors} calls were not answered as they should be`)
  await untilIdle(server, DRAIN_TIMEOUT_MS)
  const after = cpuSeconds(server)
  const micros = (part) => (before === null ? null : ((after[part] - before[part]) / answered) * 1_000_000)
  return { answered, perSecond, p99Ms, nodeMicros: micros('node'), postgresMicros: micros('postgres') }
}

/** The pages that people look at most, one after the other: milliseconds. Those asked for are spread over all there is. */
async function measurePages(url) {
  const { FIRST_CONTACT } = await import('../fill.mjs')
  const { data } = await ask(`${url}/smss?limit=1`)
  const newest = data[0].message_id
  // The load has written to these, too.
  const people = 3_200
  const spread = (number, most) => 1 + ((number * 2_654_435_761) % most)
  const pages = {
    'GET /smss/{id}': (number) => `/smss/${spread(number, newest)}`,
    'GET /smss': () => '/smss',
    'GET /clients/{contact}': (number) => `/clients/+${FIRST_CONTACT + spread(number, people) - 1}`,
  }
  const measured = []
  for (const [name, path] of Object.entries(pages)) {
    const times = []
    for (let number = 0; number < ASKED; number += 1) times.push(await timed(() => ask(url + path(number))))
    measured.push({ name, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) })
  }
  return measured
}

/** Page after page of each, from the newest message on and over again. */
async function measureSearches(url) {
  const measured = []
  for (const q of SEARCHES) {
    const times = []
    let cursor = null
    for (let page = 0; page < SEARCH_PAGES; page += 1) {
      const query = new URLSearchParams({ q, ...(cursor === null ? {} : { cursor }) })
      times.push(await timed(async () => ({ next: cursor = null } = await ask(`${url}/smss?${query}`))))
    }
    measured.push({ q, p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95) })
  }
  return measured
}

async function ask(url) {
  const answer = await fetch(url)
  const body = await answer.json()
  if (!answer.ok) throw new Error(`${new URL(url).pathname} answered ${answer.status} ${body.error}`)
  return body
}

async function timed(work) {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]
}

function show({ sizes }) {
  return {
    tables: [costTable(sizes), pageTable(sizes), searchTable(sizes)],
    verdicts: [...sizes.map(costVerdict), ...sizes.map(pageVerdict), ...searched(sizes).map(searchVerdict)],
    notes: [
      `Each size is a service of its own, filled with a year of messages and their attempts in the service's own partitions and indexes, and loaded in turn with one that began empty. Medians of ${sizes[0].rounds.length} pairs, the order changed in each; CPU until all that was accepted is settled.`,
      'At 0 both are empty: what its ratio is away from 1 is noise.',
      `Key pages: ${ASKED} of each over HTTP, one after the other; messages and people spread over all there are. Searches: ${SEARCH_PAGES} pages of each of ${SEARCHES.length} kinds; shown are the slowest five at the largest size.`,
      `Filled in ${sizes.map(({ millions, fillSeconds }) => `${fillSeconds.toFixed(0)} s (${millions} million)`).join(', ')}.`,
      'Settings that differ from the defaults: SMS_RATE_LIMIT_PER_MINUTE=0, LOG_LEVEL=silent; messages are captured, not sent.',
    ],
  }
}

function costTable(sizes) {
  const micros = (values) => (values.includes(null) ? '–' : median(values).toFixed(0))
  const of = (rounds, name, key) => rounds.map((round) => round[name][key])
  const line = (millions, rounds, name) => [
    name === 'grown' ? `${millions} million messages` : '  beside an empty one',
    median(of(rounds, name, 'perSecond')).toFixed(0),
    median(of(rounds, name, 'p99Ms')).toFixed(1),
    micros(of(rounds, name, 'nodeMicros')),
    micros(of(rounds, name, 'postgresMicros')),
    micros(rounds.map((round) => bothOf(round[name]))),
    name === 'grown' ? spanText(rounds.map(costOf)) : '',
  ]
  return {
    head: ['accept and settle', 'messages/s', 'p99 ms', 'CPU µs: Node', 'Postgres', 'both', 'of an empty one'],
    rows: sizes.flatMap(({ millions, rounds }) => [line(millions, rounds, 'grown'), line(millions, rounds, 'empty')]),
  }
}

function pageTable(sizes) {
  return {
    head: ['key pages, p50 and p99 ms', ...sizes.map(({ millions }) => `${millions} million`)],
    rows: sizes[0].pages.map(({ name }, index) => [
      name,
      ...sizes.map(({ pages }) => `${pages[index].p50Ms.toFixed(1)}  ${pages[index].p99Ms.toFixed(1)}`),
    ]),
  }
}

function searchTable(sizes) {
  const slowest = sizes
    .at(-1)
    .searches.toSorted((a, b) => b.p95Ms - a.p95Ms)
    .slice(0, 5)
  const p95 = ({ searches }, q) => searches.find((one) => one.q === q).p95Ms.toFixed(0)
  return {
    head: ['searches, p95 ms', ...sizes.map(({ millions }) => `${millions} million`)],
    rows: slowest.map(({ q }) => [q, ...sizes.map((size) => p95(size, q))]),
  }
}

function costVerdict({ millions, rounds }) {
  const ratios = rounds.map(costOf)
  const met = ratios.includes(null) ? null : median(ratios) <= GOALS.cost
  return {
    goal: `CPU of accept and settle at ${millions} million ≤ ${GOALS.cost} × an empty one`,
    figure: spanText(ratios),
    met,
  }
}

function pageVerdict({ millions, pages }) {
  const worst = Math.max(...pages.map(({ p99Ms }) => p99Ms))
  return {
    goal: `key pages at ${millions} million: p99 ≤ ${GOALS.pageMs} ms`,
    figure: `${worst.toFixed(1)} ms`,
    met: worst <= GOALS.pageMs,
  }
}

/** Searches are judged at one size; at others they are told. */
function searched(sizes) {
  return sizes.filter(({ millions }) => millions === SEARCHED_MILLIONS)
}

function searchVerdict({ millions, searches }) {
  const worst = Math.max(...searches.map(({ p95Ms }) => p95Ms))
  return {
    goal: `searches at ${millions} million: p95 ≤ ${GOALS.searchMs} ms`,
    figure: `${worst.toFixed(0)} ms`,
    met: worst <= GOALS.searchMs,
  }
}

/** Null where CPU can't be counted. */
function costOf({ empty, grown }) {
  return empty.nodeMicros === null ? null : bothOf(grown) / bothOf(empty)
}

function bothOf({ nodeMicros, postgresMicros }) {
  return nodeMicros === null ? null : nodeMicros + postgresMicros
}

function spanText(ratios) {
  if (ratios.includes(null)) return '–'
  const [least, middle, most] = [Math.min(...ratios), median(ratios), Math.max(...ratios)].map((one) => one.toFixed(2))
  return `${middle} × (${least} to ${most})`
}
