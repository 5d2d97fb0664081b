import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hasChromium, openChromium } from '../../support/chromium.ts'
import { until } from '../../support/until.ts'
import { fontsThere, openService, SLOW_MS, visit, type Service } from './stage.ts'

const run = promisify(execFile)

const [FIRST, SECOND, THIRD] = ['+201009129288', '+15005550006', '+4915112345678'] as const

describe.skipIf(!hasChromium)('the inbox', { timeout: SLOW_MS }, () => {
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

  beforeEach(() => service.empty(), SLOW_MS)

  test('takes a person from an empty page to a code that was copied, and to a message that was delivered', async () => {
    const { page, elsewhere, complaints } = await visit(browser, service.url)
    const line = await page.locator('.command pre').first().innerText()
    await run('bash', ['-c', line.replaceAll('\u00A0', ' ')])
    await page.locator('.phone .code').click()
    await until(async () => (await clipboard(page)) === '482913')
    await page.getByText('This is a test message.').waitFor()
    await page.getByRole('button', { name: 'Delivered', exact: true }).click()
    await page.locator('.answer .badge', { hasText: 'Delivered' }).waitFor()
    await page.getByText(/^Yes\. The carrier confirmed it/).waitFor()
    await page.locator('.row .badge', { hasText: 'Delivered' }).waitFor()
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
  })

  test('has an address for each thread and each message', async () => {
    await service.sms(FIRST, 'The first one')
    await service.sms(FIRST, 'The second one')
    await service.sms(SECOND, 'To somebody else')
    const { page } = await visit(browser, service.url)
    await page.locator('.row a', { hasText: 'The second one' }).click()
    await page.locator('.phone').getByText('The first one').waitFor()
    await page.waitForURL(`${service.url}/dashboard/inbox/${encodeURIComponent(FIRST)}`)
    await page.locator('.bubble', { hasText: 'The first one' }).click()
    await page.waitForURL(/\/sms_\d+$/)
    await page.reload()
    await page.locator('[data-chosen="true"]', { hasText: 'The first one' }).waitFor()
    await page.goBack()
    await page.locator('[data-chosen="true"]', { hasText: 'The second one' }).waitFor()
  })

  test('keeps what a person looks at, whatever comes', async () => {
    await service.sms(FIRST, 'Read me')
    const { page } = await visit(browser, service.url)
    await page.locator('.stage-head h2').click()
    await service.sms(SECOND, 'Somebody else')
    await page.locator('.row').nth(1).waitFor()
    expect(await page.locator('.phone').innerText()).toContain('Read me')
    await page.locator('.brand').click()
    await page.locator('.phone').getByText('Somebody else').waitFor()
  })

  test('shows a push as its banner, closed and open', async () => {
    await service.post('/notifications/tokens', {
      tokens: ['first-device'],
      title: 'Your table is ready',
      body: 'Table 12 on the terrace',
      image: 'https://cdn.example.com/terrace.jpg',
      data: { table: '12' },
    })
    const { page, elsewhere, complaints } = await visit(browser, service.url)
    await page.locator('.banner').getByText('Table 12 on the terrace').waitFor()
    expect(await page.locator('.picture').count()).toBe(0)
    await page.getByRole('button', { name: 'Open the banner' }).click()
    expect(await page.locator('.picture').innerText()).toContain('cdn.example.com')
    expect(await page.locator('.data').innerText()).toMatch(/table\s+12/)
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
  })

  test('does not give a device the status of others', async () => {
    const token = 'sandbox:unregistered'
    await service.post('/notifications/tokens', { tokens: ['sandbox:delivered', token], title: 'Ready', body: 'Both' })
    const { page } = await visit(browser, service.url, `/dashboard/inbox/${encodeURIComponent(token)}`)
    await page.locator('.banner-row .badge', { hasText: '1 not delivered' }).waitFor()
    expect(await page.locator('#stage-title').innerText()).toBe(token)
    expect(await page.locator('.stage .delete').count()).toBe(0)
    await page.locator('.banner-title').click()
    await page.locator('.facts .timeline', { hasText: '1 not delivered' }).waitFor()
    expect(new URL(page.url()).pathname).toContain(encodeURIComponent(token))
    await page.locator('.row .badge', { hasText: 'Mixed' }).waitFor()
  })

  test('names the character that makes an SMS dearer', async () => {
    await service.sms(FIRST, 'Don’t miss it')
    const { page } = await visit(browser, service.url)
    const facts = page.locator('.facts')
    await facts.getByText('U+2019').waitFor()
    expect(await facts.innerText()).toContain('1 segment, UCS-2, 13 of 70 characters')
    expect(await page.locator('.bubble .guilty').innerText()).toBe('’')
    await service.sms(FIRST, 'كود التحقق 482913')
    await facts.getByText(', like most letters of the text,').waitFor()
    await until(async () => (await page.locator('.guilty').count()) === 2)
  })

  test('marks that character without tearing its word apart', async () => {
    await service.sms(FIRST, 'Tu código vence hoy')
    const { page } = await visit(browser, service.url)
    await page.locator('.bubble .guilty').waitFor()
    await fontsThere(page)
    const width = `(() => {
      const range = document.createRange()
      range.selectNodeContents(document.querySelector('.bubble .text'))
      return range.getBoundingClientRect().width
    })()`
    const marked = await page.evaluate<number>(width)
    await page.evaluate(`document.querySelector('.bubble .text').textContent += ''`)
    expect(Math.abs(marked - (await page.evaluate<number>(width)))).toBeLessThan(0.5)
  })

  test('finds a number', async () => {
    await service.sms(FIRST, 'One')
    await service.sms(SECOND, 'Two')
    const { page } = await visit(browser, service.url)
    await page.locator('.row').nth(1).waitFor()
    await page.getByRole('searchbox').fill('5005550006')
    await until(async () => (await page.locator('.row').count()) === 1)
    await page.waitForURL((url) => url.searchParams.get('q') === '5005550006')
    await page.getByRole('searchbox').fill('999999')
    await page.getByText('No number, topic or token fits 999999').waitFor()
    await page.getByRole('button', { name: 'Show everything' }).click()
    await until(async () => (await page.locator('.row').count()) === 2)
  })

  test('can be used without a mouse', async () => {
    await service.sms(THIRD, 'Nothing to copy')
    await service.sms(SECOND, 'Your code is 771122')
    await service.sms(FIRST, 'Hello')
    const { page } = await visit(browser, service.url)
    await page.locator('.row').nth(2).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.locator('.phone').getByText('771122').waitFor()
    await page.keyboard.press('c')
    await until(async () => (await clipboard(page)) === '771122')
    await page.keyboard.press('/')
    await page.keyboard.type('jk')
    expect(await page.getByRole('searchbox').inputValue()).toBe('jk')
    await page.keyboard.press('Escape')
    await page.locator('.row').nth(2).waitFor()
    await page.locator('.row a[tabindex="0"]').focus()
    await page.keyboard.press('End')
    await page.locator('.row a:focus', { hasText: 'Nothing to copy' }).waitFor()
    await page.keyboard.press('ArrowUp')
    await page.locator('.row a:focus', { hasText: '771122' }).waitFor()
    await page.getByLabel('Single-key shortcuts').focus()
    await page.keyboard.press('Space')
    const before = page.url()
    await page.keyboard.press('k')
    expect(page.url()).toBe(before)
  })

  test('draws only the rows that are seen, and moves none that is read', async () => {
    await Promise.all(
      Array.from({ length: 150 }, (_, index) => service.sms(`+20100912${1_000 + index}`, `Number ${index}`)),
    )
    const { page } = await visit(browser, service.url)
    await page.locator('.row').first().waitFor()
    await until(async () => {
      await scrollTo(page, 1_000_000)
      return (await page.locator('.row').last().getAttribute('aria-posinset')) === '150'
    })
    expect(await page.locator('.row').count()).toBeLessThan(40)
    await scrollTo(page, 3_000)
    const seen = page.locator('.row[aria-posinset="51"]')
    await seen.waitFor()
    await fontsThere(page)
    const [text, top] = [await seen.innerText(), (await seen.boundingBox())?.y]
    await service.sms(SECOND, 'A new one')
    await page.getByRole('button', { name: '1 new' }).waitFor()
    const same = page.locator('.row[aria-posinset="52"]')
    expect([await same.innerText(), (await same.boundingBox())?.y]).toEqual([text, top])
    await page.getByRole('button', { name: '1 new' }).click()
    await page.locator('.row[aria-posinset="1"]', { hasText: 'A new one' }).waitFor()
  })

  test('says when nothing answers, and goes on when something does', async () => {
    const { page } = await visit(browser, service.url, '/dashboard', { isAway: true })
    await page.getByText('Tidings does not answer.').waitFor()
    await page.context().unroute(`${service.url}/inbox/**`)
    await page.getByText('The inbox is empty').waitFor()
  })

  test('comes back by itself after the service did, with what came meanwhile', async () => {
    await service.sms(FIRST, 'Before')
    const { page } = await visit(browser, service.url)
    await page.locator('.live', { hasText: 'Live' }).waitFor()
    await page.locator('.row', { hasText: 'Before' }).waitFor()
    await service.stop()
    await page.locator('.live', { hasText: 'Reconnecting…' }).waitFor()
    expect(await page.locator('.row').innerText()).toContain('Before')
    await service.start()
    await service.sms(SECOND, 'After')
    await page.locator('.row', { hasText: 'After' }).waitFor()
    await page.locator('.live', { hasText: 'Live' }).waitFor()
  })

  test('loads little: 90 kB of JavaScript, 12 kB of CSS, 62 kB of fonts, compressed', async () => {
    await service.sms(FIRST, 'Your code is 482913')
    const { page } = await visit(browser, service.url)
    await page.locator('.phone .code').waitFor()
    await fontsThere(page)
    const loaded = await page.evaluate<readonly (readonly [string, number])[]>(
      `performance.getEntriesByType('resource').map(({ name, encodedBodySize }) => [name, encodedBodySize])`,
    )
    const bytes = (ending: string): number =>
      loaded.reduce((sum, [name, size]) => sum + (name.endsWith(ending) ? size : 0), 0)
    for (const [ending, most] of Object.entries({ '.js': 90_000, '.css': 12_000, '.woff2': 62_000 })) {
      expect(bytes(ending), ending).toBeGreaterThan(1_000)
      expect(bytes(ending), ending).toBeLessThanOrEqual(most)
    }
  })

  test('remembers the colours a person chose', async () => {
    const { page } = await visit(browser, service.url, '/dashboard', { colorScheme: 'light' })
    const paper = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await paper()
    await page.getByText('Dark', { exact: true }).click()
    await until(async () => (await paper()) !== light)
    const dark = await paper()
    await page.reload()
    await page.getByText('The inbox is empty').waitFor()
    expect(await paper()).toBe(dark)
  })
})

async function clipboard(page: Page): Promise<string> {
  return page.evaluate('navigator.clipboard.readText()')
}

async function scrollTo(page: Page, px: number): Promise<void> {
  await page.evaluate(`document.querySelector('.list').scrollTop = ${px}`)
}
