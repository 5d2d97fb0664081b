import type { Browser, Locator } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hasChromium, openChromium } from '../../support/chromium.ts'
import { until } from '../../support/until.ts'
import { fontsThere, openService, SLOW_MS, visit, type Service } from './stage.ts'

const [FIRST, SECOND, THIRD] = ['+201009129288', '+15005550006', '+4915112345678'] as const

describe.skipIf(!hasChromium)('a person', { timeout: SLOW_MS }, () => {
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

  test('deletes a thread after a second press, and all of it likewise', async () => {
    await service.sms(FIRST, 'One')
    await service.sms(SECOND, 'Two')
    await service.sms(THIRD, 'Three')
    await service.sms(THIRD, 'Four')
    const { page } = await visit(browser, service.url)
    await page.locator('.row', { hasText: 'One' }).click()
    await page.getByRole('button', { name: 'Delete…' }).click()
    await page.getByText('Delete 1 message?').waitFor()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await until(async () => (await page.locator('.row').count()) === 2)
    await page.getByRole('button', { name: 'Delete all…' }).click()
    await page.getByText('Delete all 3 messages?').waitFor()
    await page.getByRole('button', { name: 'Keep' }).click()
    await page.getByRole('button', { name: 'Delete all…' }).click()
    await page.keyboard.press('Escape')
    await page.locator('.people .delete button:focus', { hasText: 'Delete all…' }).press('Enter')
    await page.locator('.people .delete button:focus', { hasText: 'Keep' }).waitFor()
    await page.getByRole('button', { name: 'Delete all', exact: true }).click()
    await page.getByText('The inbox is empty').waitFor()
  })

  test.each([1440, 390])('who presses twice in one place deletes nothing, %i px wide', async (width) => {
    await service.sms(FIRST, 'One')
    const { page } = await visit(browser, service.url, `/dashboard/inbox/${encodeURIComponent(FIRST)}`, {
      viewport: { width, height: 844 },
    })
    for (const column of width === 390 ? ['.stage'] : ['.stage', '.people']) {
      const button = page.locator(`${column} .delete > button`)
      await button.waitFor()
      await fontsThere(page)
      const before = await boxOf(button)
      await button.click()
      const danger = await boxOf(page.locator(`${column} .danger`))
      const keep = await boxOf(button)
      expect(await button.innerText()).toBe('Keep')
      expect(keep).toEqual(before)
      expect(danger.y).toBeGreaterThanOrEqual(keep.y + keep.height + 8)
      expect(danger.x).toBeGreaterThanOrEqual(0)
      expect(danger.x + danger.width).toBeLessThanOrEqual(width)
      await button.click()
      await button.dblclick()
    }
    expect(await (await fetch(`${service.url}/inbox`)).json()).toMatchObject({ data: [{ body: 'One' }] })
  })

  test('goes a page a step on a small screen', async () => {
    await service.sms(FIRST, 'Your code is 482913')
    const { page } = await visit(browser, service.url, '/dashboard', {
      viewport: { width: 390, height: 844 },
    })
    await page.locator('.row a').click()
    await page.locator('.phone').waitFor()
    await page.locator('.people').waitFor({ state: 'hidden' })
    await page.locator('#stage-title:focus').waitFor()
    await page.locator('.phone .code').click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    await page.locator('.facts').waitFor({ state: 'hidden' })
    await page.locator('.bubble').click({ position: { x: 8, y: 8 } })
    await page.getByText('This is a test message.').waitFor()
    await page.locator('.phone').waitFor({ state: 'hidden' })
    await page.locator('.facts .back').click()
    await page.locator('.phone').waitFor()
    await page.locator('.stage .back').click()
    await page.locator('.row').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  })

  test.each([1440, 390])('sees the newest message first, %i px wide', async (width) => {
    for (let number = 1; number <= 20; number += 1) await service.sms(FIRST, `Number ${number}`)
    await service.sms(SECOND, 'Somebody else')
    const { page } = await visit(browser, service.url, '/dashboard', { viewport: { width, height: 844 } })
    for (const [row, newest] of [
      ['Number 20', 'Number 20'],
      ['Somebody else', 'Somebody else'],
      ['Number 20', 'Number 20'],
    ] as const) {
      await page.locator('.row a', { hasText: row }).click()
      await page.locator('.bubble', { hasText: newest }).waitFor()
      if (newest === 'Number 20') await page.locator('.bubble', { hasText: /^Number 1$/ }).waitFor()
      await until(() => page.evaluate<boolean>(IS_AT_END))
      if (width === 390) await page.locator('.stage .back').click()
    }
  })

  test('finds the place again from which a message was opened', async () => {
    for (let number = 1; number <= 20; number += 1) await service.sms(FIRST, `Number ${number}`)
    const { page } = await visit(browser, service.url, `/dashboard/inbox/${encodeURIComponent(FIRST)}`, {
      viewport: { width: 390, height: 844 },
    })
    await page.locator('.bubble', { hasText: /^Number 1$/ }).scrollIntoViewIfNeeded()
    await page.locator('.bubble', { hasText: /^Number 1$/ }).click()
    await page.locator('.facts .back').click()
    await until(() => page.evaluate<boolean>(`document.querySelector('.messages').scrollTop < 80`))
  })

  test.each([
    ['an SMS', 'كود التحقق الخاص بك هو 482913 ولا تشاركه مع أي شخص على الإطلاق مهما كان السبب لأنه سري للغاية'],
    ['an SMS', 'Your code is 482913: never tell it to anybody, whoever asks for it and whatever the reason may be'],
    ['a push', 'كود التحقق الخاص بك هو 482913 ولا تشاركه مع أي شخص على الإطلاق مهما كان السبب لأنه سري للغاية'],
  ])('reads the beginning of %s in the list, whatever its direction: %s', async (kind, text) => {
    if (kind === 'an SMS') await service.sms(FIRST, text)
    else await service.post('/notifications/tokens', { tokens: ['first-device'], title: 'Ready', body: text })
    const { page } = await visit(browser, service.url)
    await page.locator('.row-body').waitFor()
    await fontsThere(page)
    expect(await page.evaluate<readonly boolean[]>(SEEN_OF_THE_PREVIEW)).toEqual([true, false])
  })
})

/** Where it stands, in whole pixels. */
async function boxOf(locator: Locator) {
  const { x, y, width, height } = (await locator.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  return { x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) }
}

const IS_AT_END = `(() => {
  const { scrollHeight, scrollTop, clientHeight } = document.querySelector('.messages')
  return clientHeight > 0 && scrollHeight - scrollTop - clientHeight < 2
})()`

/** Whether the first and the last character of the text lie within what is shown of it. */
const SEEN_OF_THE_PREVIEW = `(() => {
  const line = document.querySelector('.row-body')
  const box = line.getBoundingClientRect()
  return [0, line.firstChild.length - 1].map((at) => {
    const range = document.createRange()
    range.setStart(line.firstChild, at)
    range.setEnd(line.firstChild, at + 1)
    const { left, right } = range.getBoundingClientRect()
    return left >= box.left - 1 && right <= box.right + 1
  })
})()`
