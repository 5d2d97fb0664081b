import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openChromium } from '../support/chromium.ts'
import { buildPages, openStage, servePages, TOKEN, type Served, type StageOptions } from './device-stage.ts'
import { googleError } from './google.ts'
import { openPushDelivery } from './push-service.ts'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** What is wrong with the page, as rule and element. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const { violations: found } = await page.evaluate<axe.AxeResults>(`axe.run({ runOnly: ${JSON.stringify(TAGS)} })`)
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`))
}

/** Brings the page into a state, and waits for it. */
const STATES: Readonly<Record<string, { options: Partial<StageOptions>; reach(page: Page): Promise<void> }>> = {
  asking: {
    options: { permission: 'default' },
    reach: (page) => page.getByRole('button', { name: 'Register this browser' }).waitFor(),
  },
  registered: {
    options: {},
    async reach(page) {
      await page.getByText(TOKEN, { exact: true }).waitFor()
      const { deliver } = await openPushDelivery(page.context(), page)
      const notification = { title: 'Parcel', body: 'It has arrived', image: 'https://elsewhere.example/parcel.png' }
      await deliver({ from: '1', fcmMessageId: '1', notification, data: { order: '1042' } })
      await page.getByText('It has arrived').waitFor()
      await page.getByRole('button', { name: 'Send me a test push' }).click()
      await page.getByText('Not delivered').or(page.getByText('With the provider')).waitFor()
    },
  },
  refused: {
    options: {
      google: { installations: googleError(403, 'PERMISSION_DENIED', 'Requests from referer x are blocked.') },
    },
    reach: (page) => page.getByRole('button', { name: 'Try again' }).waitFor(),
  },
  blocked: {
    options: { permission: 'denied' },
    reach: (page) => page.getByRole('heading', { name: 'Notifications are blocked for this page.' }).waitFor(),
  },
}

describe.skipIf(!hasChromium)('the device page is accessible', { timeout: 240_000 }, () => {
  let browser: Browser
  let served: Served
  let unset: Served
  beforeAll(async () => {
    buildPages()
    browser = await openChromium()
    served = await servePages()
    unset = await servePages({ apiKey: null, projectId: null, appId: null, messagingSenderId: null, vapidKey: null })
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await Promise.all([served.app.close(), unset.app.close()])
  })

  const LOOKS = (['light', 'dark'] as const).flatMap((scheme) => [1440, 390].map((width) => [scheme, width] as const))
  test.each(LOOKS)('%s, %i pixels wide, in every state', async (colorScheme, width) => {
    const context = { colorScheme, viewport: { width, height: 900 } }
    for (const [name, { options, reach }] of Object.entries(STATES)) {
      const stage = await openStage(browser, { url: served.url, ...options, context })
      await reach(stage.page)
      expect([name, await violations(stage.page)]).toEqual([name, []])
      await stage.context.close()
    }
    const stage = await openStage(browser, { url: unset.url, context })
    await stage.page.getByLabel('lines for .env', { exact: true }).waitFor()
    expect(await violations(stage.page)).toEqual([])
    await stage.context.close()
  })
})
