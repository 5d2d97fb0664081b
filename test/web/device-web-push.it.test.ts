import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import webPush from 'web-push'
import { startFakeWebPush, type FakeWebPush } from '../../src/fakes/webpush.ts'
import type { FakeSubscription } from '../../src/fakes/webpush/subscriptions.ts'
import { hasChromium, openChromium } from '../support/chromium.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'
import { buildPages, openStage, type Stage } from './device-stage.ts'
import { BROWSER_MS, closeToWorker, openPushDelivery } from './push-service.ts'

const KEYS = webPush.generateVAPIDKeys()
const VARIABLES = {
  WEBPUSH_VAPID_PUBLIC_KEY: KEYS.publicKey,
  WEBPUSH_VAPID_PRIVATE_KEY: KEYS.privateKey,
  WEBPUSH_VAPID_SUBJECT: 'mailto:push@example.com',
  SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  AUTH: 'off',
  WEBHOOKS_ALLOW_HTTP: 'on',
  WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1',
}

describe.skipIf(!hasChromium)('the device page without Firebase', { timeout: 240_000 }, () => {
  let browser: Browser
  let database: TestDatabase
  let fake: FakeWebPush
  const nodes: WholeNode[] = []
  beforeAll(async () => {
    buildPages()
    browser = await openChromium()
    database = await createTestDatabase()
    fake = await startFakeWebPush()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    for (const { app } of nodes) await app.stop()
    await fake.close()
    await database.drop()
  })

  async function open(variables: Readonly<Record<string, string>> = {}): Promise<Stage> {
    const node = await startWholeNode(database.url, { ...VARIABLES, ...variables })
    nodes.push(node)
    const before = standIn(fake.subscribe(KEYS.publicKey))
    return openStage(browser, { url: node.url.replace('127.0.0.1', 'localhost'), before })
  }

  const payload = (): object => JSON.parse(fake.pushes().at(-1)?.payload ?? '') as object

  async function clicked(context: BrowserContext): Promise<readonly string[]> {
    const worker = await until(() => context.serviceWorkers()[0], BROWSER_MS)
    return worker.evaluate<string[]>(CLICK)
  }

  test('registers the browser, sends it a push that it reads, and says when that has arrived', async () => {
    const { context, page, elsewhere, complaints } = await open()
    await page.getByRole('heading', { name: 'All five checks are fine' }).waitFor()
    const address = await page.getByText(/^webpush:[\w-]{22}$/).innerText()
    const { deliver, shown } = await openPushDelivery(context, page)
    await page.getByRole('button', { name: 'Send me a test push' }).click()
    await page.getByText('The browser’s push service took it.').waitFor()
    expect(fake.pushes()).toHaveLength(1)
    await deliver(payload())
    await page.getByText('On the device').waitFor()
    expect(await page.locator('.received li').innerText()).toContain('From Tidings to this browser.')
    expect(shown()).toEqual([])

    await page.reload()
    expect(await page.getByText(/^webpush:[\w-]{22}$/).innerText()).toBe(address)
    expect([...elsewhere, ...complaints]).toEqual([])
    await context.close()
  })

  test('while no page is open the browser shows what was sent, and a click opens its link', async () => {
    const { context, page } = await open()
    const token = await page.getByText(/^webpush:[\w-]{22}$/).innerText()
    const { deliver, shown } = await openPushDelivery(context, page)
    const link = 'https://shop.example/orders/7'
    const push = { tokens: [token], title: 'Parcel', body: 'It has arrived', link, data: { order: '7' } }
    const answer = await fetch(new URL('/notifications/tokens', page.url()), {
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'wait=20' },
      body: JSON.stringify(push),
    })
    expect(await answer.json()).toMatchObject({ status: 'sent' })
    await closeToWorker(context, page)
    await deliver(payload())
    await until(() => shown().length > 0, BROWSER_MS)
    expect(shown()).toEqual([{ title: 'Parcel', body: 'It has arrived' }])
    expect(await clicked(context)).toEqual([link])
    await context.close()
  })

  test('as long as nobody says whom push services may write to, pushes are captured, and the page says so', async () => {
    const sent = fake.asked()
    const { context, page } = await open({ PUSH_PROVIDER: 'sandbox' })
    await page.getByText(/To have it sent, set WEBPUSH_VAPID_SUBJECT/).waitFor()
    await page.getByRole('button', { name: 'Send me a test push' }).click()
    await page.getByText('Captured, not sent').first().waitFor()
    expect(fake.asked()).toBe(sent)
    await context.close()
  })
})

/** Chromium has no push service without Google's keys: `subscribe` gives the look-alike's subscription, which a reload finds again. */
function standIn(subscription: FakeSubscription): string {
  return `(() => {
    if (!('PushManager' in globalThis)) return
    const made = (key) => ({
      options: { applicationServerKey: Uint8Array.from(atob(key.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0)).buffer },
      toJSON: () => (${JSON.stringify(subscription)}),
      unsubscribe: async () => { localStorage.removeItem('key'); return true },
    })
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
      localStorage.setItem('key', applicationServerKey)
      return made(applicationServerKey)
    }
    PushManager.prototype.getSubscription = async () => {
      const key = localStorage.getItem('key')
      return key === null ? null : made(key)
    }
  })()`
}

/** Nobody can click in a headless browser: the worker is told of a click on what it has shown. What it opened. */
const CLICK = `(async () => {
  const opened = []
  self.clients.openWindow = async (url) => { opened.push(url) }
  const [notification] = await self.registration.getNotifications()
  const event = new NotificationEvent('notificationclick', { notification })
  const waits = []
  event.waitUntil = (work) => waits.push(work)
  self.dispatchEvent(event)
  await Promise.all(waits)
  return opened
})()`
