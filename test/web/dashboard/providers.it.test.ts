import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openChromium } from '../../support/chromium.ts'
import { faultsOf } from './axe.ts'
import { openService, SLOW_MS, visit, type Service } from './stage.ts'

/** A provider that is set, and that nobody reaches; nobody is asked for a key. */
const BROKEN = {
  TWILIO_ACCOUNT_SID: 'AC_fictional',
  TWILIO_AUTH_TOKEN: 'fictional',
  TWILIO_FROM: '+15005550006',
  TWILIO_BASE_URL: 'http://127.0.0.1:9',
  SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  AUTH: 'off',
}

const PATH = '/dashboard/providers'

const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  ([1440, 390] as const).map((width) => ({ colorScheme, width, viewport: { width, height: 844 } })),
)

describe.skipIf(!hasChromium)('the page of the providers', { timeout: SLOW_MS }, () => {
  let browser: Browser
  let service: Service
  let broken: Service

  beforeAll(async () => {
    browser = await openChromium()
    service = await openService()
    broken = await openService(BROKEN)
  }, SLOW_MS)

  afterAll(async () => {
    await browser?.close()
    await Promise.all([service?.close(), broken?.close()])
  })

  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
  })

  test('is reached from the inbox, says that nothing is set up, and leads to how to set it up', async () => {
    const { page, complaints, elsewhere } = await visit(browser, service.url)
    await page.getByRole('link', { name: 'Providers' }).click()
    await page.getByText('no provider is set up').waitFor()
    expect(new URL(page.url()).pathname).toBe(PATH)
    expect(await page.getByRole('link', { name: 'Providers' }).getAttribute('aria-current')).toBe('page')
    expect(await page.locator('.providers li h3').allInnerTexts()).toContain('Database')
    await page.getByRole('link', { name: 'the configuration' }).click()
    await page.waitForURL('**/docs/configuration.md')
    expect(await page.innerText('body')).toContain('TWILIO_ACCOUNT_SID')
    await page.goBack()
    await page.getByRole('link', { name: 'Inbox', exact: true }).click()
    await page.getByText('The inbox is empty').waitFor()
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
  })

  test('says of a provider that does not take our credentials what, why, and how to mend it', async () => {
    const { page } = await visit(browser, broken.url, PATH)
    const row = page.locator('.providers li').filter({ has: page.getByRole('heading', { name: 'twilio' }) })
    // It is looked at when the service starts, which goes on beside that.
    await expect
      .poll(
        async () => {
          await page.getByRole('button', { name: 'Look again' }).click()
          return row.first().innerText()
        },
        { timeout: SLOW_MS / 2 },
      )
      .toContain('Must be mended')
    expect(await row.first().locator('dt').allInnerTexts()).toEqual(expect.arrayContaining(['Why', 'More']))
    expect(await page.locator('.providers li h3').first().innerText()).toMatch(/twilio/i)
  })

  test('says so where the service does not answer, and looks again', async () => {
    const { page } = await visit(browser, service.url, '/dashboard')
    await page.getByText('The inbox is empty').waitFor()
    await page.context().route('**/readyz?verbose', (route) => route.abort())
    await page.getByRole('link', { name: 'Providers' }).click()
    await page.getByText('The service does not answer.').waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.context().unroute('**/readyz?verbose')
    await page.getByRole('button', { name: 'Look again' }).click()
    await page.locator('.providers li').first().waitFor()
  })

  test('says that it is looking', async () => {
    const { page } = await visit(browser, service.url, '/dashboard')
    await page.getByText('The inbox is empty').waitFor()
    await page.context().route('**/readyz?verbose', () => undefined)
    await page.getByRole('link', { name: 'Providers' }).click()
    await page.getByText('Looking …').waitFor()
    expect(await page.getByRole('button', { name: 'Look again' }).isDisabled()).toBe(true)
    expect(await faultsOf(page)).toEqual([])
  })

  test.each(LOOKS)('axe finds nothing wrong, $colorScheme, $width px', async ({ colorScheme, viewport, width }) => {
    for (const { url } of [service, broken]) {
      const { page } = await visit(browser, url, PATH, { colorScheme, viewport })
      await page.locator('.providers li').first().waitFor()
      expect(await faultsOf(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    }
  })
})
