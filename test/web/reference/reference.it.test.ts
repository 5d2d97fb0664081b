import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openChromium } from '../../support/chromium.ts'
import { until } from '../../support/until.ts'
import { faultsOf } from '../dashboard/axe.ts'
import { openService, SLOW_MS, visit, type Service } from '../dashboard/stage.ts'

/** A provider that is set, and that nobody reaches: callers need a key then. */
const LIVE = {
  TWILIO_ACCOUNT_SID: 'AC_fictional',
  TWILIO_AUTH_TOKEN: 'fictional',
  TWILIO_FROM: '+15005550006',
  TWILIO_BASE_URL: 'http://127.0.0.1:9',
  SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
}

const SEND = '.try [type=submit]'

describe.skipIf(!hasChromium)('the reference', { timeout: SLOW_MS }, () => {
  let browser: Browser
  let service: Service
  let live: Service

  beforeAll(async () => {
    // One after the other: together they would be slower than that on a machine that is busy.
    browser = await openChromium()
    service = await openService()
    live = await openService(LIVE)
  }, SLOW_MS)

  afterAll(async () => {
    await browser?.close()
    await Promise.all([service?.close(), live?.close()])
  })

  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
  })

  test('takes a person from the list to an SMS that was sent, and shows it on a phone', async () => {
    const { page, elsewhere, complaints } = await visit(browser, service.url, '/docs')
    await page.getByRole('navigation', { name: 'Operations' }).getByText('Send an SMS', { exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Send an SMS' }).waitFor()
    await page.waitForURL('**/docs#post-smss')
    await page.locator(SEND).click()
    await page.locator('.phone .bubble', { hasText: 'Your code is 482913' }).waitFor()
    expect(await page.locator('.answer .body').innerText()).toContain('"message_id": ')
    const { data } = await (await fetch(`${service.url}/smss`)).json().then(asList)
    expect(data).toHaveLength(1)
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
  })

  test('shows a push as its banner', async () => {
    const { page } = await visit(browser, service.url, '/docs#post-notifications-tokens')
    await page.locator(SEND).click()
    await page.locator('.phone .banner', { hasText: 'Your order is on its way' }).waitFor()
  })

  test('shows a refusal as it was answered, and where its code is explained', async () => {
    const { page } = await visit(browser, service.url, '/docs#post-smss')
    await page.getByLabel('Body', { exact: true }).fill('{"contact": "12", "subject": "a", "message": "b"}')
    await page.locator(SEND).click()
    await page.getByText('400 refused').waitFor()
    expect(await page.locator('.answer .body').innerText()).toContain('"code": "invalid_contact"')
    expect(await page.locator('.phone').count()).toBe(0)
    await page.locator('.errors').getByRole('link', { name: 'invalid_contact', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'invalid_contact' }).waitFor()
  })

  test('writes what a reader puts in into the programs, which can be copied', async () => {
    const { page } = await visit(browser, service.url, '/docs#get-smss-id')
    await page.getByRole('tabpanel').waitFor()
    await page.getByRole('textbox', { name: 'id required' }).fill('42')
    await page.getByRole('tab', { name: 'Go' }).click()
    await page.getByRole('tabpanel').getByText(`"${service.url}/smss/42"`).waitFor()
    await page.getByRole('button', { name: 'Copy the sample' }).click()
    await until(async () => (await clipboard(page)).includes('package main'))
    // The language that was chosen stays.
    await page.goto(`${service.url}/docs#get-smss`)
    await page.getByRole('heading', { level: 1, name: 'The SMS that were sent' }).waitFor()
    await page.getByRole('tab', { name: 'Go', selected: true }).waitFor()
  })

  test('is used by keyboard alone', async () => {
    const { page } = await visit(browser, service.url, '/docs')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.keyboard.press('/')
    await page.keyboard.type('smss batch')
    await page.getByText('1 found').waitFor({ state: 'attached' })
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Send many SMS' }).waitFor()
    await until(async () => (await page.evaluate('document.activeElement.id')) === 'content')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('tab')
    await page.keyboard.press('ArrowRight')
    await page.getByRole('tab', { name: 'Node', exact: true, selected: true }).waitFor()
    await until(async () => (await page.evaluate('document.activeElement.textContent')) === 'Node')
  })

  test('has an address for each operation, and leads back', async () => {
    const { page } = await visit(browser, service.url, '/docs#get-inbox-wait')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await until(async () => (await page.title()).endsWith(' · Tidings'))
    expect(await page.locator('h1').count()).toBe(1)
    await page.locator('.list a').first().click()
    await page.getByRole('heading', { level: 1, name: 'Send an SMS' }).waitFor()
    await page.goBack()
    await page.waitForFunction(
      'location.hash === "#get-inbox-wait" && document.querySelector("h1").textContent !== "Send an SMS"',
    )
  })

  test('reads a stream until it is stopped', async () => {
    const { page, complaints } = await visit(browser, service.url, '/docs#get-inbox-events')
    await page.locator(SEND).click()
    await page.getByText('more may come').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('more may come').waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })

  test('asks for a key where the service does, says what goes out, and keeps the key to itself', async () => {
    const key = (await until(() => readKey(live))).trim()
    const { page, elsewhere } = await visit(browser, live.url, '/docs#post-smss')
    await page.getByText('This is live').waitFor()
    await page.locator(SEND).click()
    await page.getByText('401 refused').waitFor()
    await page.getByLabel('API key').fill(key)
    await page.getByRole('link', { name: 'The SMS that were sent' }).click()
    await page.getByRole('heading', { level: 1, name: 'The SMS that were sent' }).waitFor()
    await page.locator(SEND).click()
    await page.getByText('200 taken').waitFor()
    expect(await page.getByRole('tabpanel').innerText()).toContain('$TIDINGS_KEY')
    const kept = await page.evaluate<string>(
      'JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])',
    )
    expect(kept).not.toContain(key)
    expect(await page.innerText('body')).not.toContain(key)
    expect(elsewhere).toEqual([])
  })

  test('stays small, and loads nothing from elsewhere', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    const sizes: Promise<readonly [string, number]>[] = []
    page.on('requestfinished', (request) => {
      const size = request.sizes().then((all): readonly [string, number] => [request.url(), all.responseBodySize])
      sizes.push(size)
    })
    await page.goto(`${service.url}/docs#post-smss`, { waitUntil: 'networkidle' })
    await page.getByRole('tabpanel').waitFor()
    const loaded = await Promise.all(sizes)
    const sum = (...endings: readonly string[]): number =>
      loaded.filter(([url]) => endings.some((ending) => url.endsWith(ending))).reduce((all, [, size]) => all + size, 0)
    expect(sum('.js')).toBeGreaterThan(5_000)
    // The page, what it runs, and the document it is made of.
    expect(sum('/docs#post-smss', '/docs', '.js', '.css', '/openapi.json')).toBeLessThan(100_000)
    expect(sum('/openapi.json')).toBeGreaterThan(5_000)
    expect(sum('.woff2')).toBeLessThan(62_000)
    for (const [url] of loaded) expect(new URL(url).origin).toBe(service.url)
  })

  test('is a list with links to what can be read without scripts', async () => {
    const { page } = await visit(browser, service.url, '/docs', { javaScriptEnabled: false })
    expect(await page.innerText('main')).toContain('POST /smss')
    await page.getByRole('link', { name: 'as Markdown' }).click()
    await page.getByText('# API reference').waitFor()
  })

  test('says so where the service does not answer', async () => {
    const context = await browser.newContext()
    await context.route('**/openapi.json', (route) => route.abort())
    const page = await context.newPage()
    await page.goto(`${service.url}/docs`)
    await page.getByText('The service does not answer').waitFor()
    expect(await faultsOf(page)).toEqual([])
  })

  const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
    ([1440, 390] as const).map((width) => ({ colorScheme, width })),
  )

  test.each(looks)('axe finds nothing wrong, $colorScheme, $width px', async ({ colorScheme, width }) => {
    const viewport = { width, height: 844 }
    const { page } = await visit(browser, service.url, '/docs', { colorScheme, viewport })
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await faultsOf(page)).toEqual([])
    if (width === 390) await page.getByRole('button', { name: 'Operations' }).click()
    await page.getByRole('searchbox').fill('nothing of the kind')
    await page.getByText('No operation has this in it.').waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.goto(`${service.url}/docs#post-smss`)
    await page.locator(SEND).click()
    await page.locator('.phone .bubble').waitFor()
    for (const summary of await page.locator('summary').all()) await summary.click()
    expect(await faultsOf(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    await page.getByLabel('Body', { exact: true }).fill('{')
    await page.locator(SEND).click()
    await page.getByText('400 refused').waitFor()
    expect(await faultsOf(page)).toEqual([])
  })
})

function asList(value: unknown): { readonly data: readonly unknown[] } {
  return value as { readonly data: readonly unknown[] }
}

async function clipboard(page: Page): Promise<string> {
  return page.evaluate<string>('navigator.clipboard.readText()')
}

/** False: it has not been made yet. */
function readKey({ directory }: Service): string | false {
  try {
    return readFileSync(join(directory, 'first-key'), 'utf8')
  } catch {
    return false
  }
}
