// POST /smss as it is served, with every check. What is accepted gets the next number and is forgotten; with STORE=insert or STORE=transaction it is
// stored by a statement or a transaction of its own. BENCH_KEY asks callers for that key, and counts their calls. node bench/peers/route.mjs PORT
import { pino } from 'pino'
import { createKeyGuard } from '../../dist/flows/sending/idempotent.js'
import { createSmsFlow } from '../../dist/flows/sms/sms.js'
import { createAddressOf } from '../../dist/http/peer.js'
import { createServer } from '../../dist/http/server.js'
import { openStore } from './stores.mjs'

const OTHERS = ['push', 'reads', 'receipts', 'batches', 'dryRuns', 'history', 'erasing', 'templates', 'webhooks']
OTHERS.push(
  'cancels',
  'conversions',
  'pauses',
  'resends',
  'inbound',
  'optOuts',
  'keys',
  'sessions',
  'inbox',
  'events',
  'device',
)

const { BENCH_KEY: KEY, STORE, DATABASE_URL } = process.env
const CALLS_PER_MINUTE = 1_000_000

let messageId = 0
const next = async () => (messageId += 1)
const store = STORE === undefined ? next : await openStore(STORE, DATABASE_URL, KEY ?? '')
const sms = createSmsFlow({
  intake: { acceptSms: async (message) => ({ id: await store(message), ended: null, flag: null }) },
  keys: createKeyGuard(null),
  outcomes: null,
  templates: null,
  router: {
    choose: () => ({ provider: 'sandbox', sender: null, pricePerSegment: null, price: null }),
    take: () => () => undefined,
  },
  defaultCountry: null,
  textFormat: '{message}',
  staging: null,
  clock: () => new Date(),
})
const server = createServer({
  log: pino({ level: 'silent' }),
  version: '',
  sms,
  // Of the routes that are not called only their names are asked for.
  ...Object.fromEntries(OTHERS.map((name) => [name, {}])),
  auth: { required: KEY !== undefined, keyring: KEY === undefined ? null : keyringOf(KEY), session: () => null },
  addressOf: createAddressOf(null),
  health: { ready: async () => [], warnings: () => [] },
  rateLimiter: KEY === undefined ? null : countCalls(),
  publicUrl: null,
  loopbackOnly: true,
  channels: { sms: { provider: 'sandbox', capturing: true }, push: { provider: 'sandbox', capturing: true } },
  pages: null,
  isStopping: () => false,
  newRequestId: () => crypto.randomUUID(),
  chance: () => Math.random(),
  now: () => performance.now(),
})
await server.listen({ host: '127.0.0.1', port: Number(process.argv[2]) })

/** From memory, as one is known that was used before. */
function keyringOf(key) {
  const header = `Bearer ${key}`
  const scopes = new Set(['sms:send'])
  const caller = { name: 'key:bench', keyId: 1, mode: 'live', scopes, countries: null, topics: null }
  const good = { caller, from: null }
  return {
    known: (brought) => (brought === header ? good : null),
    look: async () => 'unknown',
    wasGood: (brought) => brought === header,
  }
}

/** In memory: what counting costs a service that has one node alone. */
function countCalls() {
  const counts = new Map()
  setInterval(() => counts.clear(), 60_000)
  return async (name, calls = 1) => {
    const used = (counts.get(name) ?? 0) + calls
    counts.set(name, used)
    const remaining = Math.max(0, CALLS_PER_MINUTE - used)
    return { allowed: used <= CALLS_PER_MINUTE, limit: CALLS_PER_MINUTE, remaining, resetSeconds: 60 }
  }
}
