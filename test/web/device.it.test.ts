import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openChromium } from '../support/chromium.ts'
import { until } from '../support/until.ts'
import { buildPages, openStage, servePages, TOKEN, type Served, type Stage, type StageOptions } from './device-stage.ts'

const CLIPBOARD = 'navigator.clipboard.readText()'

describe.skipIf(!hasChromium)('the device page', { timeout: 240_000 }, () => {
  let browser: Browser
  let served: Served
  const open = (options: Partial<StageOptions> = {}): Promise<Stage> =>
    openStage(browser, { url: served.url, ...options })
  beforeAll(async () => {
    buildPages()
    browser = await openChromium()
    served = await servePages()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await served.app.close()
  })

  test('the first time, a click registers the browser, and its token is shown', async () => {
    const { page, google, ...seen } = await open({ permission: 'default' })
    await page.getByRole('heading', { name: 'This browser can receive pushes.' }).waitFor()
    expect(google.calls).toEqual([])
    await page.getByRole('button', { name: 'Register this browser' }).click()
    await page.getByRole('heading', { name: 'This browser is registered.' }).waitFor()
    await page.getByText(TOKEN, { exact: true }).waitFor()
    await page.getByRole('heading', { name: 'All five checks are fine' }).waitFor()
    expect(google.calls.map(({ url }) => url)).toEqual([
      'https://firebaseinstallations.googleapis.com/v1/projects/parcels/installations',
      'https://fcmregistrations.googleapis.com/v1/projects/parcels/registrations',
    ])
    expect(google.calls[1]?.body).toMatchObject({
      web: { applicationPubKey: served.vapidKey, origin: new URL(served.url).host },
    })
    expect([...seen.elsewhere, ...seen.complaints]).toEqual([])
    await seen.context.close()
  })

  test('from then on the page registers by itself, and a reload shows the same token without asking Google again', async () => {
    const { context, page, google } = await open()
    await page.getByText(TOKEN, { exact: true }).waitFor()
    google.token = 'another-token'
    await page.reload()
    await page.getByText(TOKEN, { exact: true }).waitFor()
    expect(google.calls).toHaveLength(2)
    await context.close()
  })

  test('a subscription that was made with another VAPID key is given up, so that pushes are signed with this one', async () => {
    const { context, page } = await open({ before: `localStorage.setItem('subscribed', '[4,1,2,3]')` })
    await page.getByText(TOKEN, { exact: true }).waitFor()
    const kept = await page.evaluate<number[]>(`JSON.parse(localStorage.getItem('subscribed'))`)
    expect(Buffer.from(kept).toString('base64url')).toBe(served.vapidKey)
    await context.close()
  })

  test('the curl line can be pasted into bash, and sends to this very token', async () => {
    const { context, page } = await open({ alsoGranted: ['clipboard-read', 'clipboard-write'] })
    await page.getByRole('button', { name: 'Copy curl line' }).click()
    await page.getByRole('button', { name: 'Copied curl line' }).waitFor()
    const line = await page.evaluate<string>(CLIPBOARD)
    const { stdout } = await promisify(execFile)('bash', ['-c', `curl() { printf '%s\\n' "$@"; }\n${line}`])
    const [address = '', , header = '', , body = ''] = stdout.split('\n')
    const [name = '', value = ''] = header.split(': ')
    expect((await fetch(address, { method: 'POST', headers: { [name]: value }, body })).status).toBe(200)
    expect(served.recorded.tokens.at(-1)?.tokens).toEqual([TOKEN])
    await page.getByRole('button', { name: 'Copy registration token' }).click()
    await until(async () => (await page.evaluate(CLIPBOARD)) === TOKEN)
    await context.close()
  })

  test('with FIREBASE_REGISTRATION=fid it registers and shows the installation id', async () => {
    const other = await servePages({ registration: 'fid' })
    const { context, page, google } = await openStage(browser, { url: other.url })
    await page.getByRole('heading', { name: 'This browser is registered.' }).waitFor()
    const fid = String(google.calls[0]?.body['fid'])
    await page.getByText(fid, { exact: true }).waitFor()
    await page.getByText(`{"fids": ["${fid}"]`).waitFor()
    await page.getByRole('button', { name: 'Send me a test push' }).click()
    await until(() => other.recorded.tokens.some((call) => call.fids[0] === fid))
    await context.close()
    await other.app.close()
  })

  test('its JavaScript, Firebase’s included, fits into 90 kB, and its style into 12', async () => {
    const { context, page } = await open({ permission: 'default' })
    const sizes: Promise<readonly [string, number]>[] = []
    page.on('requestfinished', (request) => {
      const sized = async () => [request.url(), (await request.sizes()).responseBodySize] as const
      if (/\/assets\/.*\.(js|css)$/.test(request.url())) sizes.push(sized())
    })
    await page.reload()
    await page.getByRole('button', { name: 'Register this browser' }).click()
    await page.getByText(TOKEN, { exact: true }).waitFor()
    await page.waitForLoadState('networkidle')
    const loaded = await Promise.all(sizes)
    const sum = (ending: string): number =>
      loaded.filter(([url]) => url.endsWith(ending)).reduce((all, [, bytes]) => all + bytes, 0)
    expect(loaded.some(([url]) => url.includes('firebase'))).toBe(true)
    expect(sum('.js')).toBeLessThan(90_000)
    expect(sum('.css')).toBeLessThan(12_000)
    await context.close()
  })

  test('without JavaScript the page says what runs here, and how to send', async () => {
    const { context, page } = await open({ context: { javaScriptEnabled: false } })
    await page.getByRole('heading', { name: 'Tidings runs.' }).waitFor()
    expect(await page.getByText('Capture mode: nothing leaves this machine.').count()).toBe(1)
    expect(await page.getByText(`curl ${served.url}/smss`).count()).toBe(1)
    for (const link of ['/dashboard', '/docs', '/errors', '/readyz']) {
      expect(await page.locator(`main a[href="${link}"]`).count()).toBe(1)
    }
    await context.close()
  })
})
