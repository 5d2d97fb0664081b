// Forked by bench/rows/latency.mjs: a provider's look-alike that tells when each message with `probe N.` in its text came in, in ms of the
// machine's monotonic clock. node bench/peers/look-alike.mjs twilio | fcm | smpp
import { once } from 'node:events'

const SYSTEM = 'bench'

const starts = { twilio: startTwilio, fcm: startFcm, smpp: startSmpp }
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
