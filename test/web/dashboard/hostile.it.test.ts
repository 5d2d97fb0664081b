import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openChromium } from '../../support/chromium.ts'
import { openService, SLOW_MS, visit, type Service } from './stage.ts'

const CONTACT = '+201009129288'

/** What a text may bring along. */
const HOSTILE: Readonly<Record<string, string>> = {
  'a script': '<script>globalThis.hacked = 1</script>',
  'a broken picture': '<img src=x onerror="globalThis.hacked = 1">',
  'a picture from elsewhere': '<img src="https://evil.example/pixel.gif">',
  'a drawing that runs': '<svg/onload=globalThis.hacked=1>',
  'an end of what it stands in': '"></p></article></main><script>globalThis.hacked=1</script>',
  'an address that runs': '<a href="javascript:globalThis.hacked=1">javascript:globalThis.hacked=1</a>',
  'a style': '<style>body{display:none}</style><link rel=stylesheet href=//evil.example/x.css>',
  'a frame': '<iframe srcdoc="<script>parent.hacked=1</script>"></iframe>',
  entities: '&lt;script&gt; &amp;#x3c; &#60;b&#62;',
  'a template': '${globalThis.hacked=1} {{constructor.constructor("hacked=1")()}} <%= 1 %>',
  'turned directions': '\u202Eneerg\u202C \u2067abc\u2069 \u200Fשלום 123',
  'marks upon marks': `Z${'\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309'.repeat(12)}algo`,
  'a word without end': 'x'.repeat(400),
  'a long text': 'All work and no play makes Jack a dull boy. '.repeat(36).slice(0, 1_500),
  'line breaks': 'One\n\n\n\nTwo\r\nThree\tFour',
  faces: '👩‍👩‍👧‍👦🏳️‍🌈 ١٢٣٤٥٦',
}

describe.skipIf(!hasChromium)('a text with', { timeout: SLOW_MS }, () => {
  let browser: Browser
  let service: Service

  beforeAll(async () => {
    ;[browser, service] = await Promise.all([openChromium(), openService()])
  }, SLOW_MS)

  afterAll(async () => {
    await browser?.close()
    await service?.close()
  })

  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
  })

  test.each(Object.entries(HOSTILE))('%s is shown to the letter, and does nothing', async (name, text) => {
    const body = `${name}: ${text}`
    const token = name.replaceAll(' ', '-')
    const sender = Array.from(text.replaceAll(/\s+/g, ' ')).slice(0, 30).join('')
    await service.sms(CONTACT, body, { tag: text.slice(0, 20).trim(), sender })
    await service.post('/notifications/tokens', {
      tokens: [token],
      title: body.slice(0, 300),
      body,
      data: { [text.slice(0, 20)]: text.slice(0, 200) },
    })
    const { page, complaints, elsewhere } = await visit(browser, service.url, '/dashboard', {
      viewport: { width: 390, height: 844 },
    })
    for (const thread of [CONTACT, token]) {
      await page.goto(`${service.url}/dashboard/inbox/${encodeURIComponent(thread)}`)
      const shown = page
        .locator('.phone .text')
        .filter({ hasText: `${name}:` })
        .last()
      await shown.waitFor()
      for (const pull of await page.locator('.pull').all()) await pull.click()
      expect(await shown.textContent()).toBe(body)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
      await page.locator('.to-facts').last().click()
      await page.locator('.facts .timeline').waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
      await page.locator('.brand').click()
      await page.locator('.row').first().waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
      expect(await page.evaluate('globalThis.hacked ?? null')).toBeNull()
    }
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
  })

  test('what a provider says does nothing on the page of the providers, and is shown to the letter', async () => {
    const texts = Object.values(HOSTILE)
    const checks = texts.map((text, index) => ({
      check: `provider.${index} ${text}`,
      state: 'fail',
      what: text,
      why: text,
      fix: [text],
      more: null,
    }))
    const { page, complaints, elsewhere } = await visit(browser, service.url, '/dashboard', {
      viewport: { width: 390, height: 844 },
    })
    let answer: object = { success: true, ready: false, checks }
    await page.route('**/readyz?verbose', (route) => route.fulfill({ json: answer }))
    await page.goto(`${service.url}/dashboard/providers`)
    const rows = page.locator('.providers li:has(h3)')
    await rows.nth(texts.length - 1).waitFor()
    for (const [index, text] of texts.entries()) {
      const row = rows.nth(index)
      for (const place of ['.check-head + p', 'dd >> nth=0', 'dd li']) {
        expect(await row.locator(place).textContent()).toBe(text)
      }
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    for (const message of texts) {
      answer = { success: false, code: 'database_unavailable', message }
      await page.getByRole('button', { name: 'Look again' }).click()
      await expect.poll(() => page.locator('.providers .state').textContent()).toBe(message)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    }
    expect(await page.evaluate('globalThis.hacked ?? null')).toBeNull()
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
  })

  test.each(ADDRESSES)('an address with such texts does nothing: %s', async (path) => {
    const { page, complaints, elsewhere } = await visit(browser, service.url)
    await page.addInitScript(
      `addEventListener('securitypolicyviolation', (event) => { globalThis.violated = event.violatedDirective })`,
    )
    const texts = Object.values(HOSTILE).filter((text) => text.includes('hacked'))
    for (const text of texts) {
      await page.goto('about:blank')
      const answer = await page.goto(service.url + path.replaceAll('{}', encodeURIComponent(text)))
      expect(answer?.headers()['content-security-policy']).toMatch(/^default-src 'none'/)
      expect(await page.evaluate('globalThis.hacked ?? globalThis.violated ?? null')).toBeNull()
    }
    expect(elsewhere).toEqual([])
    expect(complaints.filter((complaint) => !IS_REFUSAL.test(complaint))).toEqual([])
  })
})

/** Where a link may lead that somebody was sent. */
const ADDRESSES = [
  '/dashboard/inbox/{}',
  '/dashboard/inbox/{}/sms_1',
  '/dashboard/inbox?q={}',
  '/dashboard#sign-in={}',
  '/errors/{}',
  '/smss?q={}',
  '/?{}#{}',
]

/** What Chromium says of an answer that refuses, and of a call that its page did not wait for. */
const IS_REFUSAL = /^Failed to load resource/
