import { pino } from 'pino'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type App } from '../../src/wiring/app.ts'
import { readConfig } from '../../src/settings/config.ts'
import { startFakeFcm, type FakeFcm, type SeenSend } from '../../src/fakes/fcm.ts'
import { hasChromium, openChromium } from '../support/chromium.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { buildPages, ENVIRONMENT, openStage, TOKEN, type Stage } from './device-stage.ts'
import { openPushDelivery } from './push-service.ts'

describe.skipIf(!hasChromium)('a test push from the device page', { timeout: 240_000 }, () => {
  let browser: Browser
  let database: TestDatabase
  let fcm: FakeFcm
  const sends: SeenSend[] = []
  beforeAll(async () => {
    buildPages()
    browser = await openChromium()
    database = await createTestDatabase()
    fcm = await startFakeFcm({ onSend: (seen) => void sends.push(seen) })
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await fcm.close()
    await database.drop()
  })

  /** The whole service; what it has no provider for is captured. */
  async function start(more: Readonly<Record<string, string>>): Promise<App> {
    const reading = readConfig({ ...ENVIRONMENT, PORT: '0', ...more })
    if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
    const log = pino({ level: 'silent' })
    return startApp({
      config: reading.config,
      databaseUrl: database.url,
      secretKey: null,
      version: '0.0.0',
      log,
      onLine: null,
    })
  }

  const live = (): Promise<App> =>
    start({
      FCM_SERVICE_ACCOUNT: JSON.stringify(fcm.serviceAccount),
      FCM_BASE_URL: fcm.url,
      AUTH: 'off',
      FIREBASE_PROJECT_ID: fcm.projectId,
    })

  async function send({ page }: Stage): Promise<void> {
    await page.getByText(TOKEN, { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Send me a test push' }).click()
  }

  test('reaches FCM with this browser’s token, and the page says when it has arrived', async () => {
    const app = await live()
    const stage = await openStage(browser, { url: app.url })
    await send(stage)
    const outcome = stage.page.locator('.test-push-outcome')
    await outcome.getByText('With the provider').waitFor()
    const { message } = JSON.parse((await until(() => sends.at(-1))).body) as { message: Message }
    expect(message).toMatchObject({ token: TOKEN, notification: { title: 'Test push' } })
    const { deliver } = await openPushDelivery(stage.context, stage.page)
    await deliver({ from: '1', fcmMessageId: '1', notification: message.notification, data: message.data })
    await outcome.getByText(/^◉ On the device It arrived \d+\.\d s after your click\./).waitFor()
    expect([...stage.elsewhere, ...stage.complaints]).toEqual([])
    await stage.context.close()
    await app.stop()
  })

  test('without a push provider is captured, and the page says so', async () => {
    const app = await start({})
    const stage = await openStage(browser, { url: app.url })
    await send(stage)
    await stage.page.getByText('Captured, not sent Push has no provider yet, so nothing left this machine.').waitFor()
    await stage.context.close()
    await app.stop()
  })

  test('that FCM refuses is shown with its reason', async () => {
    const app = await live()
    const stage = await openStage(browser, { url: app.url, token: 'fake.unregistered' })
    await stage.page.getByText('fake.unregistered', { exact: true }).waitFor()
    await stage.page.getByRole('button', { name: 'Send me a test push' }).click()
    await stage.page.getByText('FCM no longer knows this address. Reload the page to register anew.').waitFor()
    await stage.context.close()
    await app.stop()
  })

  test('through another Firebase project than the page’s is warned of', async () => {
    const app = await start({ FCM_SERVICE_ACCOUNT: JSON.stringify(fcm.serviceAccount), FCM_BASE_URL: fcm.url })
    const stage = await openStage(browser, { url: app.url })
    await stage.page.getByText(`Pushes go out through project ${fcm.projectId}, but this browser`).waitFor()
    await stage.context.close()
    await app.stop()
  })

  test('while the service is away is told so', async () => {
    const app = await start({})
    const stage = await openStage(browser, { url: app.url })
    await stage.page.getByText(TOKEN, { exact: true }).waitFor()
    await app.stop()
    await stage.page.getByRole('button', { name: 'Send me a test push' }).click()
    await stage.page.getByText('Tidings did not answer. Does it still run?').waitFor()
    await stage.context.close()
  })
})

interface Message {
  readonly notification: object
  readonly data: object
}
