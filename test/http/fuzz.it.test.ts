import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDb, type Db } from '../../src/store/db.ts'
import { openConnections, type Connections } from '../support/connections.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { generatedCalls, type GeneratedCall } from '../support/generated-calls.ts'
import { hintsFor, makeKeys, type WorldKeys } from './fuzz-hints.ts'
import {
  createAnswerCheck,
  errorProblem,
  mediaTypeOf,
  operationsOf,
  type CheckedAnswer,
  type Document,
} from '../support/openapi.ts'
import { until } from '../support/until.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'

/** How many requests are made; FUZZ_CALLS asks for more of them, SEED for others. */
const CALLS = Number(process.env['FUZZ_CALLS'] ?? 4_000)
const AT_ONCE = 12
const GENERATED_AT_ONCE = 250

const MANY = 20_000
const MOST_UNREACHED = 12

/** Refusals for now, which a slow machine may bring about. */
const FOR_NOW = ['overloaded', 'database_unavailable', 'outcome_unknown']

/** Faults that are told in full. */
const MOST_TOLD = 20

let database: TestDatabase
let node: WholeNode
let connections: Connections
let document: Document
let keys: WorldKeys
let db: Db

beforeAll(async () => {
  database = await createTestDatabase()
  node = await startWholeNode(database.url, {
    SMS_RATE_LIMIT_PER_MINUTE: '0',
    TRUST_PROXY: '1',
    // What is there was asked for.
    OPT_OUT_REPLY: 'none',
  })
  db = createDb(
    database.url,
    { max: 2, name: 'fuzz', statementTimeoutMs: 10_000, queryTimeoutMs: 11_000 },
    () => undefined,
  )
  connections = openConnections(node.url, AT_ONCE)
  const answer = await connections.call({ method: 'GET', target: '/openapi.json', headers: {}, body: null })
  document = JSON.parse(answer.body) as Document
  keys = await makeKeys(node)
  for (let made = 0; made < WEBHOOKS; made += 1) await makeWebhook()
})

/** Calls may delete the last of them; see `fuzz-hints.ts`. */
const WEBHOOKS = 6

async function makeWebhook(): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${keys.key}` }
  const body = JSON.stringify({ url: 'https://hooks.invalid/tidings' })
  const { status } = await connections.call({ method: 'POST', target: '/webhooks', headers, body })
  expect(status).toBe(200)
}

afterAll(async () => {
  connections.close()
  await node.app.stop()
  await db.end()
  await database.drop()
})

/** What was found wrong, what was accepted, and how often each operation was answered with what. */
interface Seen {
  readonly faults: string[]
  readonly accepted: { readonly sms: Set<number>; readonly push: Set<number> }
  deleted: number
  forNow: number
  readonly statuses: Map<string, Map<number, number>>
  readonly next: Map<string, string>
  /** The last refusal of each operation. */
  readonly refused: Map<string, string>
}

test('every answer to generated requests is one that the document promises, and what was accepted is there', async () => {
  const seen: Seen = {
    faults: [],
    accepted: { sms: new Set(), push: new Set() },
    deleted: 0,
    forNow: 0,
    statuses: new Map(),
    next: new Map(),
    refused: new Map(),
  }
  const check = createAnswerCheck(document)
  const { seed = 0 } = fc.readConfigureGlobal()
  for (let made = 0; made < CALLS; made += GENERATED_AT_ONCE) {
    // What is asked for by its id is there, most often.
    const { sms, push } = seen.accepted
    const hints = hintsFor(keys, Math.max(1, ...sms), Math.max(1, ...push))
    const calls = generatedCalls({ document, hints, authorizations: keys.authorizations })
    const waiting = fc.sample(calls, { numRuns: Math.min(GENERATED_AT_ONCE, CALLS - made), seed: seed + made })
    const work = async (): Promise<void> => {
      for (let call = waiting.shift(); call !== undefined; call = waiting.shift()) {
        const written = goingOn(call, seen)
        const answer = await connections.call(written).catch((error: unknown) => String(error))
        if (typeof answer !== 'string') note(seen, written, answer, check)
        else seen.faults.push(told(written, NO_ANSWER, answer))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    // What is paused for good is never anything but queued.
    await db.query('delete from pauses')
  }
  if (process.env['FUZZ_CALLS'] !== undefined) report(seen)
  const bugs = node.lines.filter((line) => /"level":(50|60)/.test(line) && !line.includes('"status":503'))
  expect(bugs.slice(0, MOST_TOLD)).toEqual([])
  expect(seen.faults).toEqual([])
  // What is sent at the same time comes in another order each time: in few calls not everything has its chance.
  const unreached = neverOk(seen)
  if (CALLS >= MANY || unreached.length > MOST_UNREACHED) expect(unreached).toEqual([])
  await expectAlive()
  await expectConserved(seen)
}, 900_000)

const NO_ANSWER: CheckedAnswer = { status: 0, headers: {}, body: '' }

function goingOn(call: GeneratedCall, { next }: Seen): GeneratedCall {
  const cursor = next.get(nameOf(call))
  if (!call.goesOn || cursor === undefined || call.wild) return call
  const [path = '', query = ''] = call.target.split('?')
  const others = query.split('&').filter((pair) => pair !== '' && !pair.startsWith('cursor='))
  return { ...call, target: `${path}?${[...others, `cursor=${encodeURIComponent(cursor)}`].join('&')}` }
}

type Check = ReturnType<typeof createAnswerCheck>

function note(seen: Seen, call: GeneratedCall, answer: CheckedAnswer, check: Check): void {
  const isForNow = answer.status === 503 && !isNotReady(call, answer)
  const problem = isForNow ? problemForNow(seen, call, answer) : problemOf(call, answer, check)
  if (problem !== null && seen.faults.length < MOST_TOLD) seen.faults.push(told(call, answer, problem))
  // Also one that was meant to go astray may have been let in.
  if (answer.status === 200) keepAccepted(seen, call, answer)
  if (call.wild) return
  const statuses = seen.statuses.get(nameOf(call)) ?? new Map<number, number>()
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
  seen.statuses.set(nameOf(call), statuses)
  if (answer.status !== 200) seen.refused.set(nameOf(call), told(call, answer, 'never as it is meant to be'))
}

/** What the document promises of `/readyz` alone, where a slow machine is late with its lease: nothing was asked to be stored. */
function isNotReady({ operation, wild }: GeneratedCall, { body }: CheckedAnswer): boolean {
  return !wild && operation.method === 'GET' && operation.path === '/readyz' && codeOf(body) === 'not_ready'
}

function codeOf(body: string): string {
  const { code } = JSON.parse(body) as { code?: string }
  return String(code)
}

function problemForNow(seen: Seen, { method }: GeneratedCall, answer: CheckedAnswer): string | null {
  seen.forNow += 1
  if (method === 'HEAD') return answer.body === '' ? null : 'a body for HEAD'
  const code = codeOf(answer.body)
  if (!FOR_NOW.includes(code)) return `an unexpected ${code}`
  return answer.headers['retry-after'] === undefined && code !== 'outcome_unknown' ? 'no Retry-After' : null
}

function problemOf(call: GeneratedCall, answer: CheckedAnswer, check: Check): string | null {
  if (answer.status >= 500 && !isNotReady(call, answer)) return 'it is a bug of ours'
  if (answer.status >= 500 && answer.headers['retry-after'] === undefined) return 'no Retry-After'
  // The path was not this operation's, or fits another one's parameter: what holds for every answer.
  if (!call.wild) return check(call.operation, answer)
  if (call.method === 'HEAD' || answer.status < 400) return null
  if (mediaTypeOf(answer) !== 'application/json') return `an error of type ${String(mediaTypeOf(answer))}`
  return errorProblem(JSON.parse(answer.body), answer, null)
}

function keepAccepted(seen: Seen, call: GeneratedCall, answer: CheckedAnswer): void {
  const { accepted, next } = seen
  const lines = answer.headers['content-type']?.includes('ndjson') === true ? answer.body.split('\n') : [answer.body]
  if (answer.headers['content-type']?.includes('json') !== true) return
  for (const line of lines.filter((text) => text !== '')) {
    const body = JSON.parse(line) as Answered
    if (!call.wild && body.next !== undefined && body.next !== null) next.set(nameOf(call), body.next)
    if (call.method === 'DELETE' && call.target.startsWith('/inbox')) seen.deleted += body.deleted ?? 0
    if (call.method !== 'POST' || call.target.startsWith('/inbox')) continue
    const items: readonly Answered[] = Array.isArray(body.data) ? body.data : []
    for (const { message_id: id } of [body, ...items]) if (typeof id === 'number') accepted.sms.add(id)
    if (typeof body.notification_id === 'number') accepted.push.add(body.notification_id)
  }
}

interface Answered {
  readonly message_id?: number | null
  readonly notification_id?: number
  readonly data?: unknown
  readonly next?: string | null
  readonly deleted?: number
}

function nameOf({ operation }: GeneratedCall): string {
  return `${operation.method} ${operation.path}`
}

function told({ method, target, headers, body }: GeneratedCall, answer: CheckedAnswer, problem: string): string {
  const sent = JSON.stringify({ method, target, headers, body: body?.slice(0, 600) })
  return `${problem}: ${sent} was answered ${answer.status} ${answer.body.slice(0, 400)}`
}

/** Operations that were never answered as they are meant to be: of those little was tried. What a provider reports would be signed. */
function neverOk({ statuses, refused }: Seen): readonly string[] {
  return operationsOf(document)
    .map(({ method, path }) => `${method} ${path}`)
    .filter((name) => statuses.get(name)?.has(200) !== true && !name.startsWith('POST /callbacks/'))
    .map((name) => refused.get(name) ?? name)
}

function report({ statuses, forNow, accepted }: Seen): void {
  for (const [name, counts] of statuses) {
    console.log(
      name,
      [...counts]
        .toSorted(([one], [other]) => one - other)
        .map(([status, times]) => `${status}: ${times}`)
        .join(', '),
    )
  }
  console.log(
    `${CALLS} calls, ${accepted.sms.size} SMS and ${accepted.push.size} pushes accepted, ${forNow} refused for now`,
  )
}

async function expectAlive(): Promise<void> {
  const ready = await connections.call({ method: 'GET', target: '/readyz', headers: {}, body: null })
  expect(ready.status).toBe(200)
}

/** What was accepted is stored, unless it was deleted, and everything stored is whole and comes to its end. */
async function expectConserved({ accepted, deleted, forNow }: Seen): Promise<void> {
  await db.query('delete from pauses')
  await until(async () => (await count(OPEN)) === 0, 180_000, 200)
  for (const what of HALF_STORED) expect([what, await count(what)]).toEqual([what, 0])
  const stored = await count('select (select count(*) from messages) + (select count(*) from notifications)')
  const known = accepted.sms.size + accepted.push.size - deleted
  // Of a call that was refused for now nobody may know whether it was stored.
  expect({ known, stored, isStored: Math.abs(stored - known) <= forNow }).toEqual({ known, stored, isStored: true })
}

async function count(statement: string): Promise<number> {
  const { rows } = await db.query<{ count: string }>(`select (${statement}) as count`)
  return Number(rows[0]?.count)
}

/** What should have come to its end: what waits for a time far away is not meant. */
const OPEN = `
select (select count(*) from messages where status in ('queued', 'sending') or owner is not null)
  + (select count(*) from due where run_at < now() + interval '1 minute')
  + (select count(*) from push_chunks where owner is not null or (done_at is null and run_at < now() + interval '1 minute'))`

const HALF_STORED = [
  `select count(*) from messages m where status = 'scheduled' and not exists (select from due d where d.message_id = m.id)`,
  `select count(*) from due d where not exists (select from messages m where m.id = d.message_id)`,
  `select count(*) from attempts a where not exists (select from messages m where m.id = a.message_id)`,
  `select count(*) from messages where status_rank(status) >= 2 and status not in ('expired', 'cancelled', 'suppressed', 'rejected') and attempt = 0`,
  `select count(*) from notifications n where not exists (select from push_chunks c where c.notification_id = n.id)`,
  `select count(*) from notifications n where topic is null
     and targets <> (select count(*) from tokennotifications t where t.notification_id = n.id)`,
]
