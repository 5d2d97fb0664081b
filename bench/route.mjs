// POST /smss as it is served, with every check, and no database behind it: what is accepted gets the next number and is forgotten.
// node bench/route.mjs PORT
import { pino } from 'pino'
import { createKeyGuard } from '../dist/flows/idempotent.js'
import { createSmsFlow } from '../dist/flows/sms.js'
import { createAddressOf } from '../dist/http/peer.js'
import { createServer } from '../dist/http/server.js'

let messageId = 0
const sms = createSmsFlow({
  intake: { addSms: async () => (messageId += 1) },
  keys: createKeyGuard(null),
  outcomes: null,
  templates: null,
  provider: 'sandbox',
  defaultCountry: null,
  textFormat: '{message}',
  staging: null,
  clock: () => new Date(),
})
const server = createServer({
  log: pino({ level: 'silent' }),
  version: '',
  sms,
  push: null,
  reads: null,
  receipts: null,
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
