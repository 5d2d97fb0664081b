import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DeviceSettings } from '../../src/contract/device.ts'
import { deviceSettings, type DeviceKeys } from '../../src/http/device.ts'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

const POINT = Buffer.alloc(65, 7)
POINT[0] = 4
const SECRET = Buffer.alloc(32, 7).toString('base64url')

const KEYS: DeviceKeys = {
  apiKey: 'AIza-test',
  projectId: 'parcels',
  appId: '1:123456789012:web:0123456789abcdef',
  messagingSenderId: '123456789012',
  vapidKey: POINT.toString('base64url'),
  registration: 'token',
}

let pages: string
beforeAll(() => {
  pages = mkdtempSync(join(tmpdir(), 'tidings-pages-'))
  for (const folder of ['device', 'dashboard', 'reference', 'assets']) mkdirSync(join(pages, folder))
  writeFileSync(join(pages, 'device/index.html'), '<head><!--settings--></head><main><!--service--></main>')
  writeFileSync(join(pages, 'dashboard/index.html'), '')
  writeFileSync(join(pages, 'reference/index.html'), '')
  writeFileSync(join(pages, 'firebase-messaging-sw.js'), 'worker()')
  writeFileSync(join(pages, 'web-push-sw.js'), 'worker()')
})
afterAll(() => rmSync(pages, { recursive: true }))

function faults(keys: Partial<DeviceKeys>): DeviceSettings['faults'] {
  const { firebase, faults: found } = deviceSettings(
    { ...KEYS, ...keys },
    { captured: true, pushProject: null, callProject: null, webPushKey: null, publicUrl: null },
  )
  expect(firebase === null).toBe(found.length > 0)
  return found
}

test('five values that can be right are handed to the page', () => {
  expect(faults({})).toEqual([])
  expect(faults({ vapidKey: `${KEYS.vapidKey}=` })).toEqual([])
})

test.each([
  [{ apiKey: null }, 'FIREBASE_API_KEY', 'missing'],
  [{ projectId: null }, 'FIREBASE_PROJECT_ID', 'missing'],
  [{ appId: null }, 'FIREBASE_APP_ID', 'missing'],
  [{ messagingSenderId: null }, 'FIREBASE_MESSAGING_SENDER_ID', 'missing'],
  [{ vapidKey: null }, 'FIREBASE_VAPID_KEY', 'missing'],
  [{ appId: '1:123456789012:android:0123456789abcdef' }, 'FIREBASE_APP_ID', 'belongs to an app for android'],
  [
    { appId: '1:999999999999:web:0123456789abcdef' },
    'FIREBASE_APP_ID',
    'another project than FIREBASE_MESSAGING_SENDER_ID',
  ],
  [{ appId: 'parcels' }, 'FIREBASE_APP_ID', 'does not look like'],
  [{ messagingSenderId: 'parcels' }, 'FIREBASE_MESSAGING_SENDER_ID', 'is not a number'],
  [{ vapidKey: 'a b' }, 'FIREBASE_VAPID_KEY', 'is not base64url'],
  [{ vapidKey: SECRET }, 'FIREBASE_VAPID_KEY', 'is the private half'],
  [{ vapidKey: Buffer.alloc(65, 7).toString('base64url') }, 'FIREBASE_VAPID_KEY', 'is not a public key'],
])('%j is a fault of %s: %s', (keys, variable, problem) => {
  const found = faults(keys)
  expect(found.map((fault) => fault.variable)).toEqual([variable])
  expect(found[0]?.problem).toContain(problem)
})

test('a private key that was set for a public one stays on the server', async () => {
  const { parts } = createStandIns({
    pages,
    device: { keys: { ...KEYS, vapidKey: SECRET }, pushProject: null, callProject: null, webPushKey: null },
  })
  const app = createServer(parts)
  const answers = await Promise.all(['/', '/firebase-messaging-sw.js'].map((url) => app.inject(url)))
  for (const answer of answers) expect(answer.body).not.toContain(SECRET)
  expect(answers[1]?.body).toBe('self.TIDINGS_FIREBASE = null;\nworker()')
})

test('no value ends the element that carries it', async () => {
  const projectId = '</script><script>alert(1)</script>'
  const { parts } = createStandIns({
    pages,
    device: { keys: { ...KEYS, projectId }, pushProject: null, callProject: null, webPushKey: null },
  })
  const { body } = await createServer(parts).inject('/')
  expect(body.match(/<\/?script/g)).toEqual(['<script', '</script'])
  const text = /<script type="application\/json" id="settings">(.*?)<\/script>/.exec(body)?.[1] ?? ''
  expect(JSON.parse(text)).toMatchObject({ firebase: { projectId } })
})

test('the page and its worker reach Google’s two registration hosts, and no other', async () => {
  const { parts } = createStandIns({
    pages,
    device: { keys: KEYS, pushProject: null, callProject: null, webPushKey: null },
  })
  const app = createServer(parts)
  const page = await app.inject('/')
  const worker = await app.inject('/firebase-messaging-sw.js')
  const { vapidKey: _vapidKey, registration: _registration, ...options } = KEYS
  expect(worker.body).toBe(`self.TIDINGS_FIREBASE = ${JSON.stringify(options)};\nworker()`)
  expect(worker.headers['content-type']).toBe('text/javascript; charset=utf-8')
  for (const { headers } of [page, worker]) {
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    expect(policy.match(/https:\S+?(?=[ ;]|$)/g)).toEqual([
      'https://firebaseinstallations.googleapis.com',
      'https://fcmregistrations.googleapis.com',
    ])
    expect(headers['cache-control']).toBe('no-store')
  }
})

test('a live provider is named before anybody sends through it', async () => {
  const channels = { sms: { provider: 'twilio', capturing: false }, push: { provider: 'sandbox', capturing: true } }
  const { parts } = createStandIns({ pages, channels })
  const { body } = await createServer(parts).inject('/')
  expect(body).toContain('This sends a real SMS through twilio')
})
