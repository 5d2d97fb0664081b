import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, Page, Route } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTidings } from '../../../src/client/tidings.ts'
import { hasChromium, openChromium } from '../../support/chromium.ts'
import { until } from '../../support/until.ts'
import { faultsOf } from './axe.ts'
import { openLiveStage, type LiveStage } from './carrier-stage.ts'
import { openService, SLOW_MS, visit, type Service } from './stage.ts'
import { firstKey, LIVE, tabTo } from './webhook-stage.ts'

const run = promisify(execFile)

const [FIRST, SECOND, THIRD] = ['+201009129288', '+15005550009', '+15005550012'] as const

const INBOUND = '/dashboard/inbound'
const OPT_OUTS = '/dashboard/opt-outs'

const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  ([1440, 390] as const).map((width) => ({ colorScheme, width, viewport: { width, height: 844 } })),
)

async function isWhole(page: Page, width: number): Promise<void> {
  expect(await faultsOf(page)).toEqual([])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  expect(await page.evaluate(`document.querySelector('.page').scrollWidth`)).toBeLessThanOrEqual(width)
}

describe.skipIf(!hasChromium)('the pages of texts that come in, and of opt-outs', { timeout: SLOW_MS }, () => {
  let browser: Browser
  let stage: LiveStage
  let empty: Service
  let url = ''

  beforeAll(async () => {
    browser = await openChromium()
    stage = await openLiveStage({ OPT_OUT_REPLY: 'none' })
    empty = await openService()
    url = stage.service.url
    await stage.text(FIRST, 'Where is my parcel? <img src=x onerror="globalThis.hacked = 1">')
    await stage.text(SECOND, 'STOP')
    await stage.text(THIRD, 'Please unsubscribe me from all of this')
  }, SLOW_MS)

  afterAll(async () => {
    await browser?.close()
    await Promise.all([stage?.close(), empty?.close()])
  })

  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
  })

  test('texts stand there with their keywords marked, as text, and lead to who wrote them', async () => {
    const { page, complaints } = await visit(browser, url)
    await page.getByRole('link', { name: 'Inbound', exact: true }).click()
    await page.locator('.inbound-text').nth(2).waitFor()
    const rowOf = (contact: string) => page.locator('.inbound-text', { hasText: contact })
    expect(await rowOf('+1 500 555 0009').locator('.badge').innerText()).toBe('STOP')
    expect(await rowOf('+1 500 555 0012').locator('.badge').innerText()).toBe('Sounds like a STOP')
    expect(await rowOf('+20 100 912 9288').locator('.badge').count()).toBe(0)
    expect(await rowOf('+20 100 912 9288').innerText()).toContain('<img src=x')
    await rowOf('+20 100 912 9288').getByRole('link').first().click()
    await page.waitForURL(`**/dashboard/people/${encodeURIComponent(FIRST)}`)
    expect(await page.evaluate('globalThis.hacked ?? null')).toBeNull()
    expect(complaints).toEqual([])
  })

  test('are filtered by number, by what must be looked at, and by time, each in the address', async () => {
    const { page } = await visit(browser, url, INBOUND)
    await page.locator('.inbound-text').nth(2).waitFor()
    await page.getByText('To be looked at', { exact: true }).click()
    await until(async () => (await page.locator('.inbound-text').count()) === 1)
    await page.getByLabel('Since when').selectOption('Last 7 days')
    await page.waitForURL(/review=true&days=7/)
    await page.reload()
    await page.locator('.inbound-text', { hasText: 'unsubscribe' }).waitFor()
    await page.getByLabel('Only this number').fill(FIRST)
    await page.getByLabel('Only this number').press('Enter')
    await page.getByText('No text fits.').waitFor()
    await page.getByRole('link', { name: 'Show all of them' }).click()
    await page.locator('.inbound-text').nth(2).waitFor()
    expect(await page.getByLabel('Only this number').inputValue()).toBe('')
  })

  test('a text that comes while somebody looks is there by itself', async () => {
    const { page } = await visit(browser, url, INBOUND)
    await page.locator('.live', { hasText: 'Live' }).waitFor()
    await page.locator('.inbound-text').first().waitFor()
    await stage.text('+15005550021', 'Thank you')
    await page.locator('.inbound-text', { hasText: 'Thank you' }).waitFor()
  })

  test('older ones are there though the newest are read again at the same time', async () => {
    const { data } = (await (await fetch(`${url}/inbound`)).json()) as { data: object[] }
    const newest = { success: true, data, next: 'older' }
    const older = { success: true, data: [{ ...data[0], inbound_id: 999_999, message: 'From long ago' }], next: null }
    const { page } = await visit(browser, url, '/dashboard/messages')
    const again: Route[] = []
    await page.context().route(/\/inbound\?/, async (route) => {
      const isOlder = route.request().url().includes('cursor')
      if (!isOlder && again.push(route) === 1) return route.fulfill({ json: newest })
      if (!isOlder) return undefined
      for (const held of again.slice(1)) {
        // One that the page has given up takes no answer.
        await held.fulfill({ json: newest }).catch(() => undefined)
        await (await held.request().response())?.finished()
      }
      return route.fulfill({ json: older })
    })
    await page.goto(`${url}${INBOUND}`)
    await until(() => again.length > 1)
    await page.getByRole('button', { name: 'Older ones' }).click()
    await page.getByText('From long ago').waitFor()
  })

  test('say how to receive texts where none has come, and the line in it makes one come', async () => {
    const { page } = await visit(browser, empty.url, INBOUND)
    await page.getByText('Nobody has written to you yet.').waitFor()
    expect(await page.getByRole('link', { name: 'how to receive texts' }).getAttribute('href')).toBe('/docs/inbound.md')
    await page.locator('.live', { hasText: 'Live' }).waitFor()
    await run('bash', ['-c', await page.locator('.command pre').innerText()])
    await page.locator('.inbound-text .badge', { hasText: 'STOP' }).waitFor()
    await page.goto(`${empty.url}${OPT_OUTS}`)
    await page.locator('.opt-out', { hasText: '+1 500 555 0107' }).waitFor()
  })

  test('who sounds like a STOP is entered from there, and stands among the opt-outs', async () => {
    const { page, complaints } = await visit(browser, url, `${INBOUND}?review=true`)
    await page.getByRole('link', { name: 'Opt out this person' }).click()
    expect(await page.getByLabel('Number').inputValue()).toBe(THIRD)
    await page.getByRole('button', { name: 'Enter', exact: true }).click()
    const row = page.locator('.opt-out', { hasText: '+1 500 555 0012' })
    await row.getByText('Entered by hand').waitFor()
    const sent = await stage.service.sms(THIRD, 'Are you there?')
    const { data } = (await (await fetch(`${url}/smss/${sent.message_id}`)).json()) as { data: { status: string } }
    expect(data.status).toBe('suppressed')
    expect(complaints).toEqual([])
  })

  test('a number that is none is refused in the words of the service, and stays in its field', async () => {
    const { page } = await visit(browser, url, `${OPT_OUTS}/add`)
    await page.getByLabel('Number').fill('12')
    await page.getByRole('button', { name: 'Enter', exact: true }).click()
    await page.locator('.problem').waitFor()
    expect(await page.getByLabel('Number').inputValue()).toBe('12')
  })

  test('an opt-out ends after a second press, never by two in one place, all by keyboard', async () => {
    const gone = '+15005550033'
    const client = createTidings({ url })
    await client.optOuts.add({ contact: gone })
    const { page } = await visit(browser, url, OPT_OUTS)
    const row = page.locator('.opt-out', { hasText: '+1 500 555 0033' })
    await row.getByRole('button').click()
    await page.keyboard.press('Enter')
    await row.getByRole('button', { name: /^End the opt-out/ }).waitFor()
    expect(await row.getByRole('button').count()).toBe(1)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await row.locator('button:focus', { hasText: 'End…' }).waitFor()
    await page.keyboard.press('Enter')
    await tabTo(page, 'End the opt-out')
    await page.keyboard.press('Enter')
    await page.getByText('The opt-out of +1 500 555 0033 has ended.').waitFor()
    await row.waitFor({ state: 'detached' })
    expect(await page.locator('[tabindex="-1"]:focus .outcome').count()).toBe(1)
    expect((await fetch(`${url}/opt-outs?contact=${encodeURIComponent(gone)}`)).status).toBe(200)
    for await (const one of client.optOuts.list({ contact: gone })) throw new Error(`${one.since} is still there`)
  })

  test('say where nobody has opted out, and who may not end an opt-out', async () => {
    const live = await openService(LIVE)
    try {
      const key = await until(() => firstKey(live))
      const admin = createTidings({ url: live.url, key })
      const { page } = await visit(browser, live.url, OPT_OUTS)
      const { key: weak } = await admin.keys.create({
        name: 'Desk',
        mode: 'live',
        scopes: ['messages:read', 'sms:send'],
      })
      await page.getByLabel('API key').fill(weak)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByText('Nobody has opted out.').waitFor()
      await page.getByRole('link', { name: 'Enter somebody' }).click()
      await page.getByLabel('Number').fill(FIRST)
      await page.getByRole('button', { name: 'Enter', exact: true }).click()
      await page.locator('.opt-out').getByRole('button').click()
      await page.getByRole('button', { name: 'End the opt-out', exact: true }).click()
      await page.getByRole('alert').getByText('admin').waitFor()
      expect(await page.locator('.opt-out').count()).toBe(1)
      expect(await faultsOf(page)).toEqual([])
    } finally {
      await live.close()
    }
  })

  test.each(LOOKS)('axe finds nothing wrong, $colorScheme, $width px', async ({ colorScheme, viewport, width }) => {
    const { page } = await visit(browser, url, INBOUND, { colorScheme, viewport })
    await page.locator('.inbound-text').nth(2).waitFor()
    await isWhole(page, width)
    await page.goto(`${url}${OPT_OUTS}`)
    await page.locator('.opt-out').first().getByRole('button').click()
    await page.locator('.question').waitFor()
    await isWhole(page, width)
    await page.goto(`${url}${OPT_OUTS}/add`)
    await page.getByLabel('Number').waitFor()
    await isWhole(page, width)
  })
})
