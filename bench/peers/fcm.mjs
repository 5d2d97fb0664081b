// Forked by bench/rows/fcm.mjs: sends so many messages by one of the ways that are compared, and tells what that took.
import http2 from 'node:http2'
import { performance } from 'node:perf_hooks'
import { DATA, TEXT, tokens } from '../fcm-messages.mjs'

/** `sendEach` takes no more at once. */
const SDK_BATCH = 500
/** Batches at once: with one of them each would wait for the slowest of the one before. */
const SDK_BATCHES = 2
const SESSIONS = 4
const STREAMS = 100
const WINDOW = 400

process.once('message', ({ name, server, count }) => {
  void run(name, server, count).then((result) => {
    process.send(result)
    process.disconnect()
    process.exit(0)
  })
})

async function run(name, server, count) {
  const peer = await PEERS[name](server)
  // A first one, so that connections and tokens are there.
  await peer.send(tokens(SDK_BATCH, 0))
  const [cpu, began] = [process.cpuUsage(), performance.now()]
  const accepted = await peer.send(tokens(count, SDK_BATCH))
  const seconds = (performance.now() - began) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  await peer.close()
  return { accepted, seconds, cpuSeconds: (user + system) / 1e6, peakMb: process.resourceUsage().maxRSS / 1_024 }
}

const PEERS = {
  tidings: startTidings,
  'firebase-admin': startSdk,
  'node:http2': startPlain,
}

async function startTidings({ origin, ca, account }) {
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
      window: WINDOW,
    },
    { ...clock, call, http2: createHttp2Pool({ origin, ca }, clock), warn: console.error },
  )
  const rest = { dataOnly: false, ttlSeconds: null, image: null, link: null, android: null, androidV2: null }
  const content = { notificationId: 7, ...TEXT, data: DATA, ...rest, apns: null, webpush: null, fcmOptions: null }
  return {
    async send(list) {
      let accepted = 0
      const targets = Array.from(list, (value) => ({ kind: 'token', value }))
      const count = (_, { kind }) => (accepted += Number(kind === 'accepted'))
      await provider.submitMany(content, targets, count, new AbortController().signal, () => null)
      return accepted
    },
    async close() {
      await provider.close()
      await call.close()
    },
  }
}

/** It knows only Google's host. */
async function startSdk({ origin, ca, account }) {
  const { initializeApp } = await import('firebase-admin/app')
  const { getMessaging } = await import('firebase-admin/messaging')
  const connect = http2.connect
  http2.connect = (_authority, options) => connect(origin, Object.assign({ ca }, options))
  const token = await (await fetch(account.token_uri)).json()
  const credential = { getAccessToken: () => Promise.resolve(token) }
  const messaging = getMessaging(initializeApp({ credential, projectId: account.project_id }))
  const message = { notification: TEXT, data: DATA }
  return {
    async send(list) {
      const all = list[Symbol.iterator]()
      let accepted = 0
      const go = async () => {
        for (let batch = take(all, SDK_BATCH); batch.length > 0; batch = take(all, SDK_BATCH)) {
          const { successCount } = await messaging.sendEach(batch.map((to) => ({ ...message, token: to })))
          accepted += successCount
        }
      }
      await Promise.all(Array.from({ length: SDK_BATCHES }, go))
      return accepted
    },
    close: () => Promise.resolve(),
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

/** What one writes who takes Node's own client as its documentation shows it, with as many connections and streams as ours has. */
async function startPlain({ origin, ca, account }) {
  const { access_token: token } = await (await fetch(account.token_uri)).json()
  const sessions = Array.from({ length: SESSIONS }, () => http2.connect(origin, { ca }))
  const headers = {
    ':method': 'POST',
    ':path': `/v1/projects/${account.project_id}/messages:send`,
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
  }
  const one = (session, to) =>
    new Promise((resolve, reject) => {
      const stream = session.request(headers)
      let [status, body] = [0, '']
      stream.setEncoding('utf8')
      stream.on('response', (received) => (status = received[':status']))
      stream.on('data', (piece) => (body += piece))
      stream.on('end', () => resolve(status === 200 && JSON.parse(body).name !== undefined))
      stream.on('error', reject)
      stream.end(JSON.stringify({ message: { notification: TEXT, data: DATA, token: to } }))
    })
  return {
    async send(list) {
      const all = list[Symbol.iterator]()
      let accepted = 0
      const go = async (session) => {
        for (let next = all.next(); !next.done; next = all.next()) {
          const taken = await one(session, next.value)
          accepted += Number(taken)
        }
      }
      await Promise.all(sessions.flatMap((session) => Array.from({ length: STREAMS }, () => go(session))))
      return accepted
    },
    close: async () => sessions.forEach((session) => session.destroy()),
  }
}
