// POST /smss as it is served, with every check, and no database behind it: what is accepted gets the next number and is forgotten.
// node bench/peers/route.mjs PORT
import { pino } from 'pino'
import { createKeyGuard } from '../../dist/flows/sending/idempotent.js'
import { createSmsFlow } from '../../dist/flows/sms/sms.js'
import { createAddressOf } from '../../dist/http/peer.js'
import { createServer } from '../../dist/http/server.js'

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

let messageId = 0
const sms = createSmsFlow({
  intake: { acceptSms: async () => ({ id: (messageId += 1), ended: null }) },
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
  auth: { required: false, keyring: null, session: () => null },
  addressOf: createAddressOf(null),
  health: { ready: async () => [], warnings: () => [] },
  rateLimiter: null,
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
