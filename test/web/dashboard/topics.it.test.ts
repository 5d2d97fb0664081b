import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTidings } from '../../../src/client/tidings.ts'
import { hasChromium, openChromium } from '../../support/chromium.ts'
import { faultsOf } from './axe.ts'
import { openService, SLOW_MS, visit, type Service } from './stage.ts'

const run = promisify(execFile)

const CONTACT = '+201009129288'
const TOPICS = '/dashboard/topics'

describe.skipIf(!hasChromium)('the page of topics', { timeout: SLOW_MS }, () => {
  let browser: Browser
  let service: Service

  beforeAll(async () => {
    browser = await openChromium()
    service = await openService()
  }, SLOW_MS)

  afterAll(async () => {
    await browser?.close()
    await service?.close()
  })

  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
  })

  test('says how a device is subscribed where none is, and the line in it subscribes one', async () => {
    const { page, complaints } = await visit(browser, service.url)
    await page.getByRole('link', { name: 'Topics', exact: true }).click()
    await page.getByText('No device was subscribed to a topic here.').waitFor()
    await run('bash', ['-c', await page.locator('.command pre').innerText()])
    await page.reload()
    await page.locator('.topic', { hasText: 'news' }).getByText('1 device').waitFor()
    expect(complaints).toEqual([])
  })

  test('leads to the devices of a topic, whose lines send to it, as a whole and one by one', async () => {
    const client = createTidings({ url: service.url })
    await client.tokens.put('dK9-a-device', { client: CONTACT })
    await client.topics.subscribe('sales.50%', { to: { client: CONTACT } })
    const { page, complaints } = await visit(browser, service.url, TOPICS)
    await page.getByRole('link', { name: 'sales.50%' }).click()
    await page.waitForURL('**/dashboard/topics/sales.50%25')
    const row = page.locator('.subscription')
    expect(await row.locator('.badge').innerText()).toBe('Subscribed')
    expect(await row.innerText()).toContain('Here alone')
    for (const line of await page.locator('.command pre').allInnerTexts()) {
      const { stdout } = await run('bash', ['-c', line])
      expect(JSON.parse(stdout)).toMatchObject({ success: true, targets: 1 })
    }
    expect(complaints).toEqual([])
    await row.getByRole('link').click()
    await page.waitForURL(`**/dashboard/people/${encodeURIComponent(CONTACT)}`)
  })

  test('no check for accessibility finds a fault, and nothing is wider than the window', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1440, 390]) {
        for (const path of [TOPICS, `${TOPICS}/sales.50%25`]) {
          const { page } = await visit(browser, service.url, path, { colorScheme, viewport: { width, height: 844 } })
          await page.locator('.topic, .subscription').first().waitFor()
          expect(await faultsOf(page)).toEqual([])
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
          expect(await page.evaluate(`document.querySelector('.page').scrollWidth`)).toBeLessThanOrEqual(width)
        }
      }
    }
  })
})
