import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openChromium } from '../support/chromium.ts'
import { until } from '../support/until.ts'
import { buildPages, openStage, servePages, TOKEN, type Served, type Stage } from './device-stage.ts'
import { BROWSER_MS, closeToWorker, openPushDelivery, type PushDelivery } from './push-service.ts'

/** As FCM puts a push together for a browser. */
const FROM = { from: '123456789012', fcmMessageId: '11111111-2222-3333-4444-555555555555' }
const PARCEL = { ...FROM, notification: { title: 'Parcel', body: 'It has arrived' }, data: { order: '1042' } }

describe.skipIf(!hasChromium)('pushes to the device page', { timeout: 240_000 }, () => {
  let browser: Browser
  let served: Served
  beforeAll(async () => {
    buildPages()
    browser = await openChromium()
    served = await servePages()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await served.app.close()
  })

  async function openRegistered(): Promise<Stage & PushDelivery> {
    const stage = await openStage(browser, { url: served.url })
    await stage.page.getByText(TOKEN, { exact: true }).waitFor()
    return { ...stage, ...(await openPushDelivery(stage.context, stage.page)) }
  }

  const items = (page: Page) => page.locator('.received li')

  test('while the page is in view a push appears on it, and not as a notification', async () => {
    const { context, page, deliver, shown } = await openRegistered()
    await deliver(PARCEL)
    await items(page).getByText('Parcel', { exact: true }).waitFor()
    expect(await items(page).innerText()).toMatch(/It has arrived[^]*"order": "1042"/)
    await deliver({ ...FROM, data: { title: 'Silent', order: '1043' } })
    await items(page).getByText('Silent', { exact: true }).waitFor()
    expect(await items(page).first().innerText()).toContain('"order": "1043"')
    expect(shown()).toEqual([])
    await context.close()
  })

  test('while no page is open the browser shows it', async () => {
    const { context, page, deliver, shown } = await openRegistered()
    await closeToWorker(context, page)
    await deliver(PARCEL)
    await until(() => shown().length > 0, BROWSER_MS)
    expect(shown()).toEqual([PARCEL.notification])
    await context.close()
  })

  test('of a push that holds nothing but data, the worker makes a notification', async () => {
    const { context, page, deliver, shown } = await openRegistered()
    await closeToWorker(context, page)
    await deliver({ ...FROM, data: { title: 'Order 1042', body: 'On its way', order: '1042' } })
    await deliver({ ...FROM, data: { order: '1043' } })
    await until(() => shown().length > 1, BROWSER_MS)
    expect(shown()).toEqual([
      { title: 'Order 1042', body: 'On its way' },
      { title: 'Data message', body: '{\n "order": "1043"\n}' },
    ])
    await context.close()
  })

  test('while another page of Tidings is in view, it is shown all the same', async () => {
    const { context, page, deliver, shown } = await openRegistered()
    await closeToWorker(context, page)
    await page.goto(`${served.url}/errors`)
    await deliver(PARCEL)
    await until(() => shown().length > 0, BROWSER_MS)
    expect(shown()).toEqual([PARCEL.notification])
    await context.close()
  })

  test('texts are shown as they are, whatever they hold', async () => {
    const { context, page, deliver, elsewhere, complaints } = await openRegistered()
    const hostile = `<img src=x onerror="document.title='run'"><script>document.title='run'</script>\u202eevil\u2069`
    const image = 'https://elsewhere.example/x.png'
    await deliver({
      ...FROM,
      notification: { title: hostile, body: `${hostile}\n`.repeat(50), image },
      data: { '<b>': '</pre>' },
    })
    await items(page).waitFor()
    expect(await items(page).locator('strong').innerText()).toBe(hostile)
    expect(await items(page).locator('img, script, b').count()).toBe(0)
    await deliver({ ...FROM, notification: { title: 'Z̸̢̛a̷l̶g̵o'.repeat(200), body: 'x'.repeat(3_000) } })
    await until(async () => (await items(page).count()) === 2, BROWSER_MS)
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect([overflow, await page.title()]).toEqual([0, 'This browser · Tidings'])
    expect([...elsewhere, ...complaints]).toEqual([])
    await context.close()
  })
})
