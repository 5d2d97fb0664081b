// node bench/fcm.mjs [rounds]: 10,000 tokens to the look-alike of FCM, in a process of its own and over TLS; the official SDK beside us.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http2 from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { initializeApp } from 'firebase-admin/app'
import { getMessaging } from 'firebase-admin/messaging'
import { build } from '../scripts/build.mjs'

const COUNT = 10_000
const SDK_BATCH = 500
const ROUNDS = Number(process.argv[2] ?? 5)
const TEXT = {
  title: 'Your order is on its way',
  body: 'It arrives today between 14:00 and 16:00. Tap to follow it.',
}
const DATA = { order: '482913' }
const NEVER = new AbortController().signal
const OPEN = () => null

if (!(await build())) process.exit(1)
const folder = mkdtempSync(join(tmpdir(), 'bench-fcm-'))
const fake = await startFake()
const peers = { tidings: await startTidings(), 'firebase-admin': await startSdk() }
for (let round = 1; round <= ROUNDS; round += 1) {
  for (const [name, peer] of Object.entries(peers)) await measure(name, peer.send, round)
}
for (const peer of Object.values(peers)) await peer.close()
fake.child.kill()
await once(fake.child, 'exit')
rmSync(folder, { recursive: true })

async function measure(name, send, round) {
  const tokens = Array.from({ length: COUNT }, (_, index) => `${name}-${round}-${index}:${'x'.repeat(140)}`)
  const [cpu, began] = [process.cpuUsage(), performance.now()]
  const accepted = await send(tokens)
  const seconds = (performance.now() - began) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  if (accepted !== COUNT) throw new Error(`${name}: ${accepted} of ${COUNT} accepted`)
  const [rate, cpuSeconds] = [Math.round(COUNT / seconds), ((user + system) / 1e6).toFixed(2)]
  console.log(`  ${name.padEnd(14)}  ${String(rate).padStart(6)} messages/s  ${cpuSeconds} CPU-s per ${COUNT}`)
}

async function startFake() {
  const files = { account: join(folder, 'account'), ca: join(folder, 'ca'), ledger: join(folder, 'ledger') }
  const args = Object.entries(files).flatMap(([name, path]) => [`--${name}`, path])
  const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))
  const child = spawn(process.execPath, [program, 'fake', 'fcm', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const urls = []
  for await (const line of createInterface(child.stdout)) if (urls.push(line.split(' ').at(-1)) === 2) break
  const [url, tlsUrl] = urls
  const account = JSON.parse(readFileSync(files.account, 'utf8'))
  return { child, url, tlsUrl, ca: readFileSync(files.ca, 'utf8'), account }
}

async function startTidings() {
  const { createFcm } = await import('../dist/providers/fcm/provider.js')
  const { readCredentials } = await import('../dist/providers/fcm/credentials.js')
  const { createHttpCall } = await import('../dist/providers/http-call.js')
  const { createHttp2Pool } = await import('../dist/http2/pool.js')
  const clock = { monotonic: () => performance.now(), chance: () => 0.5, nodes: () => 1, now: () => new Date() }
  const call = createHttpCall({ connections: 2 })
  const provider = createFcm(
    { credentials: readCredentials(fake.account).credentials, messagesPerMinute: 60_000_000, rampSeconds: 0 },
    { ...clock, call, http2: createHttp2Pool({ origin: fake.tlsUrl, ca: fake.ca }, clock), warn: console.error },
  )
  const rest = { ttlSeconds: null, image: null, link: null, android: null, apns: null, webpush: null, fcmOptions: null }
  const content = { notificationId: 7, ...TEXT, data: DATA, ...rest }
  return {
    async send(tokens) {
      let accepted = 0
      const targets = tokens.map((value) => ({ kind: 'token', value }))
      await provider.submitMany(
        content,
        targets,
        (_, { kind }) => (accepted += Number(kind === 'accepted')),
        NEVER,
        OPEN,
      )
      return accepted
    },
    close: async () => {
      await provider.close()
      await call.close()
    },
  }
}

/** It knows only Google's host, and writes its scheme as `https:`, which a server of Node resets. */
async function startSdk() {
  const connect = http2.connect
  http2.connect = (_authority, options) => {
    const session = connect(fake.tlsUrl, Object.assign({ ca: fake.ca }, options))
    const request = session.request.bind(session)
    session.request = (headers, more) => request({ ...headers, ':scheme': 'https' }, more)
    return session
  }
  const answer = await fetch(`${fake.url}/computeMetadata/v1/instance/service-accounts/default/token`, {
    headers: { 'metadata-flavor': 'Google' },
  })
  const token = await answer.json()
  const credential = { getAccessToken: () => Promise.resolve(token) }
  const messaging = getMessaging(initializeApp({ credential, projectId: fake.account.project_id }))
  const message = { notification: TEXT, data: DATA }
  return {
    async send(tokens) {
      let accepted = 0
      for (let from = 0; from < tokens.length; from += SDK_BATCH) {
        const batch = tokens.slice(from, from + SDK_BATCH).map((to) => ({ ...message, token: to }))
        accepted += (await messaging.sendEach(batch)).successCount
      }
      return accepted
    },
    close: () => Promise.resolve(),
  }
}
