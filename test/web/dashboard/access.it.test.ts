import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openChromium } from '../../support/chromium.ts'
import { faultsOf } from './axe.ts'
import { openService, SLOW_MS, visit, type Service } from './stage.ts'

const CONTACT = '+201009129288'

interface State {
  readonly name: string
  /** `FIRST_SMS` stands for the id of the first SMS: one that had to be sent again has used up a number. */
  readonly path: string
  /** What is there when the page is. */
  readonly seen: string
  /** Whether the service does not answer. */
  readonly isAway?: boolean
  /** Pressed before it is looked at. */
  readonly press?: readonly string[]
}

const FILLED: readonly State[] = [
  { name: 'the list', path: '/dashboard', seen: '.row' },
  { name: 'an SMS', path: `/dashboard/inbox/${encodeURIComponent(CONTACT)}`, seen: '.bubble .code' },
  { name: 'the facts', path: `/dashboard/inbox/${encodeURIComponent(CONTACT)}/FIRST_SMS`, seen: '.facts .timeline' },
  { name: 'a push', path: '/dashboard/inbox/first-device', seen: '.banner', press: ['.pull'] },
  { name: 'no result', path: '/dashboard?q=999999', seen: '.note .quoted' },
  { name: 'a question', path: '/dashboard', seen: '.row', press: ['.people .delete button'] },
  { name: 'no answer', path: '/dashboard', seen: '.away', isAway: true },
]

const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  ([1440, 390] as const).map((width) => ({ colorScheme, width, viewport: { width, height: 844 } })),
)

const CASES = LOOKS.flatMap((look) => FILLED.map((state) => ({ ...look, ...state })))

describe.skipIf(!hasChromium)('axe finds nothing wrong with', { timeout: SLOW_MS }, () => {
  let browser: Browser
  let filled: Service
  let empty: Service
  let firstSms = ''

  beforeAll(async () => {
    const opened = await Promise.all([openChromium(), openService(), openService()])
    ;[browser, filled, empty] = opened
    const text = 'Don’t share it: your code is 482913'
    const { message_id: id } = await filled.sms(CONTACT, text, { tag: 'signup', category: 'otp' })
    firstSms = `sms_${id}`
    await filled.sms('+15005550105', 'Your order left the warehouse')
    const data = { table: '12' }
    const image = 'https://cdn.example.com/terrace.jpg'
    await filled.post('/notifications/tokens', {
      tokens: ['first-device'],
      title: 'Ready',
      body: 'Table 12',
      data,
      image,
    })
    await filled.post('/notifications/topic', { topic: 'news', title: 'Open late', body: 'Until ten' })
  }, SLOW_MS)

  afterAll(async () => {
    await browser?.close()
    await Promise.all([filled?.close(), empty?.close()])
  })

  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
  })

  test.each(CASES)('$name, $colorScheme, $width px', async ({ colorScheme, viewport, path, seen, isAway, press }) => {
    const options = { colorScheme, viewport, isAway: isAway === true }
    const { page, elsewhere } = await visit(browser, filled.url, path.replace('FIRST_SMS', firstSms), options)
    await page.locator(seen).first().waitFor()
    for (const selector of press ?? []) await page.locator(selector).first().click()
    expect(await faultsOf(page)).toEqual([])
    expect(elsewhere).toEqual([])
  })

  test.each(LOOKS)('the empty inbox, $colorScheme, $width px', async ({ colorScheme, viewport, width }) => {
    const { page, complaints } = await visit(browser, empty.url, '/dashboard', { colorScheme, viewport })
    await page.getByText('The inbox is empty').waitFor()
    if (width === 390) await page.getByRole('button', { name: 'Menu' }).click()
    expect(await faultsOf(page)).toEqual([])
    expect(complaints).toEqual([])
  })
})
