// Forked by bench/rows/latency.mjs: a provider's look-alike that tells when each message with `probe N.` in its text came in, in ms of the
// machine's monotonic clock. node bench/peers/look-alike.mjs twilio | fcm | smpp | fcm-late
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createSecureServer } from 'node:http2'
import { accountOf } from '../fcm-server.mjs'

/** Of the late one: what FCM's front end grants, and how long it takes for an answer. */
const STREAMS = 100
const LATE_MS = 500
const SYSTEM = 'bench'

const starts = { twilio: startTwilio, fcm: startFcm, smpp: startSmpp, 'fcm-late': startLateFcm }
process.send(await starts[process.argv[2]]())
process.once('disconnect', () => process.exit())

function note(text) {
  const at = Number(process.hrtime.bigint()) / 1e6
  const probe = /probe (\d+)\./.exec(text)
  if (probe !== null) process.send({ probe: Number(probe[1]), at })
}

/** Each resolves with the configuration of a Tidings that sends to it. */
async function startTwilio() {
  const { startFakeTwilio } = await import('../../dist/fakes/twilio.js')
  const { url, accountSid, authToken } = await startFakeTwilio({
    // A blank is written as a plus there.
    onRequest: ({ body }) => note(body.replaceAll('+', ' ')),
  })
  const account = { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: '+15005550006' }
  return { settings: { ...account, TWILIO_BASE_URL: url } }
}

async function startFcm() {
  const { startFakeFcm } = await import('../../dist/fakes/fcm.js')
  const { tlsUrl, serviceAccount, ca } = await startFakeFcm({ onSend: ({ body }) => note(body) })
  return { settings: { FCM_SERVICE_ACCOUNT: JSON.stringify(serviceAccount), FCM_BASE_URL: tlsUrl }, ca }
}

/** FCM as it is at its slowest: what a node sends waits for answers more than for anything else. */
async function startLateFcm() {
  const { makeCertificate } = await import('../../dist/fakes/certificate.js')
  const { keepSessions } = await import('../../dist/fakes/http2-sessions.js')
  const { key, cert } = makeCertificate(['127.0.0.1'], new Date())
  const server = createSecureServer({ key, cert, settings: { maxConcurrentStreams: STREAMS } })
  let taken = 0
  keepSessions(server, ({ body }, stream) => {
    note(body)
    const name = `projects/bench/messages/0:${(taken += 1)}%31bd1c9631bd1c96`
    setTimeout(() => answer(stream, JSON.stringify({ name })), LATE_MS)
  })
  const tokens = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ access_token: 'late', expires_in: 3_600, token_type: 'Bearer' }))
  })
  for (const one of [server, tokens]) await once(one.listen(0, '127.0.0.1'), 'listening')
  const account = accountOf(`http://127.0.0.1:${tokens.address().port}/token`)
  const url = `https://127.0.0.1:${server.address().port}`
  return { settings: { FCM_SERVICE_ACCOUNT: JSON.stringify(account), FCM_BASE_URL: url }, ca: cert }
}

function answer(stream, text) {
  if (stream.destroyed) return
  stream.respond({ ':status': 200, 'content-type': 'application/json; charset=UTF-8' })
  stream.end(text)
}

/** The server of `smpp`, which answers whatever is asked. */
async function startSmpp() {
  const { default: smpp } = await import('smpp')
  let lastId = 0
  const server = smpp.createServer((session) => {
    session.on('error', () => session.destroy())
    session.on('pdu', (pdu) => {
      if (pdu.command === 'submit_sm') note(pdu.short_message.message)
      if (!pdu.isResponse()) session.send(pdu.response({ message_id: String((lastId += 1)) }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const query = 'binds=1&from=15005550006&receipts=none'
  return { settings: { SMPP_URL: `smpp://${SYSTEM}:${SYSTEM}@127.0.0.1:${server.address().port}?${query}` } }
}
