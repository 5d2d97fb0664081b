import http2 from 'node:http2'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { DATA, TEXT } from '../fcm-messages.mjs'

/** `sendEach` takes no more at once. */
const SDK_BATCH = 500
/** Without an answer for so long, nothing is known; ours and the SDK have it built in. */
const TIMEOUT_MS = 15_000

/**
 * Ways to send to FCM, by name. Each is opened with the server and what may be under way at once: `sessions` connections (of the SDK `batches`), `streams` on each.
 * `send(list, tell)` calls `tell(token, outcome)` for each: null where FCM took it, else that it is worth another try, after `waitMs` where
 * that is known, and whether it is said to be `uncertain`: it may have been taken. `stuck()`: calls that did not come back within
 * `patienceMs`, as the SDK's never do once their connection was cut.
 */
export const CLIENTS = {
  tidings: openTidings,
  'firebase-admin': openSdk,
  'node:http2': openPlain,
}

async function openTidings({ origin, ca, account }, { sessions, streams }) {
  const { createFcm } = await import('../../dist/providers/fcm/provider.js')
  const { readCredentials } = await import('../../dist/providers/fcm/credentials.js')
  const { createHttpCall } = await import('../../dist/providers/http-call.js')
  const { createHttp2Pool } = await import('../../dist/http2/pool.js')
  const now = () => new Date()
  const clock = { monotonic: () => performance.now(), chance: () => 0.5, nodes: () => 1, now, clock: now }
  const call = createHttpCall({ connections: 2 })
  const provider = createFcm(
    {
      credentials: readCredentials(account).credentials,
      messagesPerMinute: 60_000_000,
      rampSeconds: 0,
      window: sessions * streams,
    },
    { ...clock, call, http2: createHttp2Pool({ origin, ca, sessions, streams }, clock), warn: console.error },
  )
  const rest = { dataOnly: false, ttlSeconds: null, image: null, link: null, android: null, androidV2: null }
  const content = { notificationId: 7, ...TEXT, data: DATA, ...rest, apns: null, webpush: null, fcmOptions: null }
  return {
    async send(list, tell) {
      const targets = Array.from(list, (value) => ({ kind: 'token', value }))
      const told = (index, outcome) => tell(targets[index].value, toAgain(outcome))
      await provider.submitMany(content, targets, told, new AbortController().signal, () => null)
    },
    stuck: () => 0,
    async close() {
      await provider.close()
      await call.close()
    },
  }
}

/** What the service behind it goes by, too. */
function toAgain(outcome) {
  if (outcome.kind === 'accepted') return null
  const { class: kind, waitMs, waitsMs } = outcome.failure
  return { waitMs: waitMs ?? waitsMs?.[0] ?? null, uncertain: kind === 'uncertain' }
}

/** It knows only Google's host. */
async function openSdk({ origin, ca, account, takesColon }, { batches, patienceMs = 60_000 }) {
  const { initializeApp } = await import('firebase-admin/app')
  const { getMessaging } = await import('firebase-admin/messaging')
  const connect = http2.connect
  http2.connect = (_authority, options) => {
    const session = connect(origin, Object.assign({ ca }, options))
    return takesColon ? session : withoutColon(session)
  }
  const token = await (await fetch(account.token_uri)).json()
  const credential = { getAccessToken: () => Promise.resolve(token) }
  const messaging = getMessaging(initializeApp({ credential, projectId: account.project_id }))
  let stuck = 0
  const sendBatch = async (batch) => {
    const messages = batch.map((to) => ({ notification: TEXT, data: DATA, token: to }))
    const sent = await Promise.race([sendEach(messaging, messages), delay(patienceMs, null)])
    if (sent === null) stuck += 1
    return sent ?? []
  }
  return {
    async send(list, tell) {
      const all = list[Symbol.iterator]()
      const go = async () => {
        for (let batch = take(all, SDK_BATCH); batch.length > 0; batch = take(all, SDK_BATCH)) {
          const responses = await sendBatch(batch)
          batch.forEach((to, index) => tell(to, responses[index]?.success === true ? null : UNKNOWN))
        }
      }
      // Each call has a connection of its own.
      await Promise.all(Array.from({ length: batches }, go))
    },
    stuck: () => stuck,
    close: () => Promise.resolve(),
  }
}

/** The SDK's scheme is `https:`, which is none; Node's server refuses it. */
function withoutColon(session) {
  const request = session.request.bind(session)
  return Object.assign(session, { request: (headers) => request({ ...headers, ':scheme': 'https' }) })
}

/** Its error does not say whether it was sent. */
const UNKNOWN = { waitMs: null, uncertain: false }

/** A connection that failed makes all of it fail; the answers that came nevertheless hang on the error. */
async function sendEach(messaging, messages) {
  try {
    return (await messaging.sendEach(messages)).responses
  } catch (error) {
    if (error?.pendingBatchResponse === undefined) throw error
    return (await error.pendingBatchResponse).responses
  }
}

function take(iterator, most) {
  const taken = []
  while (taken.length < most) {
    const { value, done } = iterator.next()
    if (done) break
    taken.push(value)
  }
  return taken
}

/** What one writes who takes Node's own client as its documentation shows it, with a new connection where one has ended. */
async function openPlain({ origin, ca, account }, { sessions, streams }) {
  const { access_token: token } = await (await fetch(account.token_uri)).json()
  const open = () => http2.connect(origin, { ca }).on('error', () => undefined)
  const opened = Array.from({ length: sessions }, open)
  const headers = {
    ':method': 'POST',
    ':path': `/v1/projects/${account.project_id}/messages:send`,
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
  }
  const sessionAt = (place) => {
    if (opened[place].closed || opened[place].destroyed) opened[place] = open()
    return opened[place]
  }
  const one = (session, to) =>
    new Promise((resolve) => {
      const stream = session.request(headers)
      let [answer, body] = [{}, '']
      stream.setEncoding('utf8')
      stream.setTimeout(TIMEOUT_MS, () => stream.close(http2.constants.NGHTTP2_CANCEL))
      stream.on('response', (received) => (answer = received))
      stream.on('data', (piece) => (body += piece))
      stream.on('end', () => resolve(readPlain(answer, body)))
      stream.on('error', () => resolve(UNKNOWN))
      // After a cut it may end without either.
      stream.on('close', () => resolve(UNKNOWN))
      stream.end(JSON.stringify({ message: { notification: TEXT, data: DATA, token: to } }))
    })
  return {
    async send(list, tell) {
      const all = list[Symbol.iterator]()
      const go = async (place) => {
        for (let next = all.next(); !next.done; next = all.next()) {
          tell(next.value, await one(sessionAt(place), next.value))
        }
      }
      await Promise.all(opened.flatMap((_, place) => Array.from({ length: streams }, () => go(place))))
    },
    stuck: () => 0,
    close: async () => opened.forEach((session) => session.destroy()),
  }
}

function readPlain({ ':status': status, 'retry-after': retryAfter }, body) {
  if (status === 200 && body.includes('"name"')) return null
  return { waitMs: retryAfter === undefined ? null : Number(retryAfter) * 1_000, uncertain: false }
}
