import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openChromium } from '../../support/chromium.ts'
import { until } from '../../support/until.ts'
import { faultsOf } from './axe.ts'
import { openLiveStage, type LiveStage } from './carrier-stage.ts'
import { SLOW_MS, visit } from './stage.ts'

const CAIRO = '+201009129288'

const LONG = 'A sentence that goes on. '.repeat(16)

const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  ([1440, 390] as const).map((width) => ({ colorScheme, width, viewport: { width, height: 844 } })),
)

describe.skipIf(!hasChromium)('the pages of the messages', { timeout: SLOW_MS }, () => {
  let browser: Browser
  let stage: LiveStage
  let url = ''
  let long = 0

  beforeAll(async () => {
    browser = await openChromium()
    stage = await openLiveStage()
    url = stage.service.url
    long = await stage.sent(CAIRO, LONG, 'delivered')
    await stage.sent('+15006000115', LONG, 'undelivered')
    await stage.text(CAIRO, 'Where is my parcel?')
  }, SLOW_MS)

  afterAll(async () => {
    await browser?.close()
    await stage?.close()
  })

  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
  })

  test('lead from the list to one message, with each part of it, its id and its end', async () => {
    const { page, complaints, elsewhere } = await visit(browser, url)
    await page.getByRole('link', { name: 'Messages', exact: true }).click()
    await page.locator('.sms', { hasText: '+20 100 912 9288' }).first().click()
    await page.waitForURL(`**/dashboard/messages/${long}`)
    const { data } = (await (await fetch(`${url}/smss/${long}`)).json()) as { data: Answer }
    await page.getByText(data.verdict, { exact: true }).waitFor()
    await page.getByText('3 of 3 parts delivered').waitFor()
    const ids = data.attempts[0]?.parts?.map((part) => part.provider_message_id) ?? []
    expect(new Set(ids).size).toBe(3)
    const rows = (await page.locator('.parts tbody tr').allInnerTexts()).map((row) => row.split(/\s{2,}|\t|\n/))
    expect(rows.map((row) => row.filter((cell) => cell !== ''))).toEqual(
      ids.map((id, index) => [`${index + 1} of 3`, 'Delivered', '–', id]),
    )
    expect(await page.locator('.details').innerText()).toMatch(/Route\s+carrier\s[^]*Price\s+€0\.063\s/)
    await page.getByRole('button', { name: 'Copy answer' }).click()
    await until(async () => (await page.evaluate('navigator.clipboard.readText()')) === data.verdict)
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
  })

  test('say of a message whose parts did not arrive why not', async () => {
    const { page } = await visit(browser, url, '/dashboard/messages?q=status:undelivered')
    await page.locator('.sms').first().click()
    await page.getByText('0 of 3 parts delivered').waitFor()
    expect(await page.locator('.parts .badge').first().innerText()).toBe('Not delivered')
    expect(await page.locator('.parts td').nth(1).innerText()).toBe('undeliverable')
  })

  test('search in the grammar of the API, and tell what it does not take', async () => {
    const { page } = await visit(browser, url, '/dashboard/messages')
    await page.locator('.sms').nth(1).waitFor()
    const field = page.getByRole('searchbox', { name: 'Search the messages' })
    await field.fill('9129288')
    await field.press('Enter')
    await until(async () => (await page.locator('.sms').count()) === 1)
    expect(new URL(page.url()).searchParams.get('q')).toBe('9129288')
    await field.fill('text:nothing-like-that')
    await field.press('Enter')
    await page.getByText('No SMS fits').waitFor()
    await field.fill('statsu:failed')
    await field.press('Enter')
    await page.getByRole('alert').getByText('status').waitFor()
    await page.goBack()
    await page.getByText('No SMS fits').waitFor()
  })

  test('show all about one person, what was sent and what came back', async () => {
    const { page } = await visit(browser, url, `/dashboard/messages/${long}`)
    await page.getByRole('heading', { level: 1 }).getByRole('link').click()
    await page.waitForURL(`**/dashboard/people/${encodeURIComponent(CAIRO)}`)
    await page.getByText('Where is my parcel?').waitFor()
    await page.getByText('It has not opted out.').waitFor()
    await page.locator('.sms').first().waitFor()
    expect(await page.getByText('1 message', { exact: true }).count()).toBe(1)
    expect(await page.title()).toContain(CAIRO)
  })

  test('say of a number what providers say of it', async () => {
    const { page } = await visit(browser, url, '/dashboard/messages')
    await page.context().route(/\/clients\//, async (route) => {
      const answer = await route.fetch()
      const flags = [{ reason: 'landline', provider: 'carrier', since: '2026-03-01T14:02:11.000Z' }]
      return route.fulfill({ response: answer, json: { ...((await answer.json()) as object), flags } })
    })
    await page.goto(`${url}/dashboard/people/${encodeURIComponent(CAIRO)}`)
    await page.getByText('carrier says: the number is a landline, since 1 Mar').waitFor()
    expect(await faultsOf(page)).toEqual([])
  })

  test('follow a message to its end by themselves', async () => {
    const { page } = await visit(browser, url, '/dashboard/messages')
    const api = /\/smss\/\d+$/
    await page.context().route(api, async (route) => {
      const answer = await route.fetch()
      const text = (await answer.text()).replace('"status":"delivered"', '"status":"sent"')
      return route.fulfill({ response: answer, body: text })
    })
    await page.goto(`${url}/dashboard/messages/${long}`)
    await page.locator('.standing .badge', { hasText: 'With the provider' }).waitFor()
    await page.context().unroute(api)
    await page.locator('.standing .badge', { hasText: 'Delivered' }).waitFor()
  })

  test('say that nothing was sent to a number that nobody wrote to', async () => {
    const { page } = await visit(browser, url, '/dashboard/people/+15005550199')
    await page.getByText('Nothing was sent to it yet.').waitFor()
    expect(await page.getByText('This is not there').count()).toBe(0)
    expect(await faultsOf(page)).toEqual([])
  })

  test('say that one is not there', async () => {
    const { page } = await visit(browser, url, '/dashboard/messages/99999')
    await page.getByText('This is not there, or not any more.').waitFor()
    expect(await faultsOf(page)).toEqual([])
  })

  test.each(LOOKS)('axe finds nothing wrong, $colorScheme, $width px', async ({ colorScheme, viewport, width }) => {
    const { page } = await visit(browser, url, '/dashboard/messages', { colorScheme, viewport })
    const isWhole = async (shown: Page): Promise<void> => {
      expect(await faultsOf(shown)).toEqual([])
      expect(await shown.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      expect(await shown.evaluate(`document.querySelector('.page').scrollWidth`)).toBeLessThanOrEqual(width)
    }
    await page.locator('.sms').first().waitFor()
    await isWhole(page)
    await page.goto(`${url}/dashboard/messages/${long}`)
    await page.locator('.parts').waitFor()
    await isWhole(page)
    await page.goto(`${url}/dashboard/people/${encodeURIComponent(CAIRO)}`)
    await page.locator('.inbound-text').waitFor()
    await isWhole(page)
  })
})

interface Answer {
  readonly verdict: string
  readonly attempts: readonly { readonly parts?: readonly { readonly provider_message_id: string }[] }[]
}
