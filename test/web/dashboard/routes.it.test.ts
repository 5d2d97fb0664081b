import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openChromium } from '../../support/chromium.ts'
import { until } from '../../support/until.ts'
import { faultsOf } from './axe.ts'
import { openLiveStage, type LiveStage } from './carrier-stage.ts'
import { SLOW_MS, visit } from './stage.ts'

const PROVIDERS = '/dashboard/providers'

const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  ([1440, 390] as const).map((width) => ({ colorScheme, width, viewport: { width, height: 844 } })),
)

/** Twenty numbers of one block within ten minutes are an alarm. */
const BLOCK = Array.from({ length: 22 }, (_, place) => `+2010091292${String(place).padStart(2, '0')}`)

describe.skipIf(!hasChromium)('routes and alarms', { timeout: SLOW_MS }, () => {
  let browser: Browser
  let stage: LiveStage
  let url = ''

  beforeAll(async () => {
    browser = await openChromium()
    stage = await openLiveStage({ PUMPING: 'observe' })
    url = stage.service.url
    await stage.sent('+4915112345678', 'To Germany', 'delivered')
    for (const contact of BLOCK) await stage.service.sms(contact, 'Your code is 482913', { category: 'otp' })
    await until(async () => (await (await fetch(`${url}/readyz`)).text()).includes('number after number'))
  }, SLOW_MS)

  afterAll(async () => {
    await browser?.close()
    await stage?.close()
  })

  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
  })

  const rowOf = (page: Page, name: string) =>
    page
      .getByRole('region', { name: 'Where SMS go' })
      .locator('li')
      .filter({ has: page.getByRole('heading', { name, exact: true }) })

  test('a mark on every page says that something needs a look, and leads to what it is', async () => {
    const { page, complaints } = await visit(browser, url)
    const mark = page.locator('.warned')
    expect(await mark.innerText()).toMatch(/^(Rule alarm|Route in trouble|Provider in trouble) \+\d$/)
    await mark.click()
    await page.waitForURL(`**${PROVIDERS}`)
    const found = page.locator('.providers section', { hasText: 'What rules have found' })
    await found.getByText('One-time codes to number after number of one block: +2010091').waitFor()
    expect(await found.getByRole('link').getAttribute('href')).toBe('/docs/rules.md#alarms')
    expect(complaints).toEqual([])
  })

  test('the routes stand there, with which way takes nothing, since when, and who was given what', async () => {
    const { page } = await visit(browser, url, PROVIDERS)
    await rowOf(page, 'carrier').waitFor()
    expect(await page.locator('.routes li').allInnerTexts()).toEqual([
      'To Germany: locked, then carrier',
      'Everything else: carrier',
    ])
    // After half a minute one message at a time would take it again.
    await rowOf(page, 'locked')
      .locator('.badge', { hasText: /^(Takes nothing|Being tried again)$/ })
      .first()
      .waitFor()
    await rowOf(page, 'locked')
      .getByText(/^All of it, since \d\d:\d\d:\d\d/)
      .waitFor()
    expect(await rowOf(page, 'carrier').locator('.badge').innerText()).toBe('Well')
    expect(await rowOf(page, 'carrier').innerText()).toContain(`It was given ${BLOCK.length} of the last 23 messages.`)
  })

  test('a message that went on from one provider to another shows both', async () => {
    const { page } = await visit(browser, url, '/dashboard/messages?q=country:DE')
    await page.locator('.sms').click()
    await page.locator('.attempts h3').nth(1).waitFor()
    expect(await page.locator('.attempts h3').allInnerTexts()).toEqual(['Attempt 1, locked', 'Attempt 2, carrier'])
  })

  test('says so where the routes can’t be read, and leaves the rest', async () => {
    const { page } = await visit(browser, url, '/dashboard/messages')
    await page.context().route('**/routes', (route) => route.abort())
    await page.getByRole('link', { name: 'Providers', exact: true }).click()
    await page.getByText('This could not be read.').waitFor()
    await page.getByText('The service itself').waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.context().unroute('**/routes')
    await page.getByRole('button', { name: 'Try again' }).click()
    await rowOf(page, 'carrier').waitFor()
  })

  test.each(LOOKS)('axe finds nothing wrong, $colorScheme, $width px', async ({ colorScheme, viewport, width }) => {
    const { page } = await visit(browser, url, PROVIDERS, { colorScheme, viewport })
    await rowOf(page, 'carrier').waitFor()
    await page.locator('.warned').waitFor()
    expect(await faultsOf(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    expect(await page.evaluate(`document.querySelector('.providers').scrollWidth`)).toBeLessThanOrEqual(width)
  })
})
