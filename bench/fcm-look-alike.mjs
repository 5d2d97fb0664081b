// Answers as FCM does, over TLS and HTTP/2, and keeps a ledger of each message it took. Forked: says its port and the authority behind its certificate, then
// obeys `{plan}`, which begins to count anew, and `{ask: 'count'}`. A plan: `{answerMs, fault, every, times}`; of what faults do, see FAULTS.
import { createServer as createHttp } from 'node:http'
import { constants, createSecureServer } from 'node:http2'
import { performance } from 'node:perf_hooks'
import { makeCertificate } from '../dist/fakes/certificate.js'
import { errorFor } from '../dist/fakes/fcm/errors.js'
import { disown, keepSessions } from '../dist/fakes/http2-sessions.js'

/** What FCM's front end grants, too. */
const STREAMS = 100
/** As Google's have about. */
const ACCESS_TOKEN_CHARACTERS = 1_024
/** For so long all are told to come again. */
const BURST_MS = 500
const RETRY_AFTER_SECONDS = '1'
/** After a GOAWAY, to answer what is under way. */
const LINGER_MS = 1_000
/** The index with which a token of peers/fcm-clients.mjs begins; those of a first round, that only opens connections, have none. */
const INDEX = /"token":"(\d{12}):/

const HEADERS = { ':status': 200, 'content-type': 'application/json; charset=UTF-8' }
const ANSWER = '{\n  "name": "projects/bench/messages/0:1500415314455276%31bd1c9631bd1c96"\n}\n'

const sockets = new WeakMap()
/** Below TLS, by the port that they come from. */
const connections = new Map()
let plan = { answerMs: 0, fault: null, every: 0, times: 0 }
let [requests, played, burstEndsMs] = [0, 0, 0]
/** How often each message was taken, by its index. */
let taken = new Map()
/** Of each cut: messages that were taken on its connection and not answered. */
let doubts = []
const underWay = new WeakMap()

/** The words of the look-alike for what is answered for a while. */
const BURSTS = { quota: 'quota-project', unavailable: 'unavailable' }

/**
 * What a request on whose turn it is meets with; true: it was not taken. `goaway` says of it and those after it on the connection that they were not
 * processed, and answers what came before. `cut` and `reset` take it, and end the connection: with a FIN, with a RST.
 */
const FAULTS = {
  goaway(stream, session) {
    disown(constants.NGHTTP2_NO_ERROR, stream, session)
    setTimeout(() => session.destroy(), LINGER_MS)
    return true
  },
  refused(stream) {
    stream.close(constants.NGHTTP2_REFUSED_STREAM)
    return true
  },
  quota: (stream) => refuse(stream, BURSTS.quota),
  unavailable: (stream) => refuse(stream, BURSTS.unavailable),
  cut: (_, session) => cut(session, (socket) => socket.destroy()),
  reset: (_, session) => cut(session, (socket) => connections.get(socket.remotePort).resetAndDestroy()),
}

function refuse(stream, word) {
  const { status, body, retryAfter } = errorFor(word, RETRY_AFTER_SECONDS)
  stream.respond({ ...HEADERS, ':status': status, 'retry-after': retryAfter })
  stream.end(JSON.stringify(body))
  return true
}

function cut(session, end) {
  setImmediate(() => {
    doubts.push(underWay.get(session))
    end(sockets.get(session))
  })
  return false
}

function onStream({ body }, stream, session) {
  const index = INDEX.exec(body)?.[1]
  if (index === undefined) return answer(stream)
  if (performance.now() < burstEndsMs) return refuse(stream, BURSTS[plan.fault])
  requests += 1
  if (isFaulty() && FAULTS[plan.fault](stream, session)) return
  const number = Number(index)
  taken.set(number, (taken.get(number) ?? 0) + 1)
  underWay.set(session, (underWay.get(session) ?? 0) + 1)
  setTimeout(() => {
    underWay.set(session, underWay.get(session) - 1)
    answer(stream)
  }, plan.answerMs)
}

function isFaulty() {
  if (plan.fault === null || played >= plan.times || requests % plan.every !== 0) return false
  played += 1
  if (plan.fault in BURSTS) burstEndsMs = performance.now() + BURST_MS
  return true
}

function answer(stream) {
  if (stream.destroyed) return
  stream.respond(HEADERS)
  stream.end(ANSWER)
}

function begin(next) {
  plan = next
  ;[requests, played, burstEndsMs] = [0, 0, 0]
  taken = new Map()
  doubts = []
}

const { key, cert } = makeCertificate(['127.0.0.1', 'localhost'], new Date())
const server = createSecureServer({ key, cert, settings: { maxConcurrentStreams: STREAMS } })
let opening = null
server.on('connection', (connection) => {
  const { remotePort } = connection
  connections.set(remotePort, connection)
  connection.on('close', () => connections.delete(remotePort))
})
server.prependListener('secureConnection', (socket) => {
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  opening = socket
})
server.on('session', (session) => sockets.set(session, opening))
keepSessions(server, onStream)

const tokens = createHttp((_request, response) => {
  const token = { access_token: 'x'.repeat(ACCESS_TOKEN_CHARACTERS), expires_in: 3_600, token_type: 'Bearer' }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(token))
})

process.on('message', ({ plan: next }) => {
  if (next !== undefined) begin(next)
  const twice = [...taken].filter(([, times]) => times > 1)
  const copies = twice.reduce((sum, [, times]) => sum + times - 1, 0)
  process.send({ requests, played, doubts, distinct: taken.size, copies, doubled: twice.map(([index]) => index) })
})
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => {
  tokens.listen(0, '127.0.0.1', () =>
    process.send({ port: server.address().port, tokenPort: tokens.address().port, ca: cert }),
  )
})
