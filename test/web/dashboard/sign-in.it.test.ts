import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, openChromium } from '../../support/chromium.ts'
import { until } from '../../support/until.ts'
import { faultsOf } from './axe.ts'
import { openService, SLOW_MS, visit, type Service } from './stage.ts'

/** A provider that is set, and that nobody reaches: callers need a key then. */
const LIVE = {
  TWILIO_ACCOUNT_SID: 'AC_fictional',
  TWILIO_AUTH_TOKEN: 'fictional',
  TWILIO_FROM: '+15005550006',
  TWILIO_BASE_URL: 'http://127.0.0.1:9',
  SECRET_KEY: randomBytes(32).toString('base64'),
}

describe.skipIf(!hasChromium)('where callers need a key', { timeout: SLOW_MS }, () => {
  let browser: Browser
  let service: Service
  let key = ''

  beforeAll(async () => {
    ;[browser, service] = await Promise.all([openChromium(), openService(LIVE)])
    key = (await until(() => read(join(service.directory, 'first-key')))).trim()
  }, SLOW_MS)

  afterAll(async () => {
    await browser?.close()
    await service?.close()
  })

  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
  })

  test('the dashboard shows nothing before a key signs the browser in, and nothing after it signed out', async () => {
    const { page } = await visit(browser, service.url)
    await page.getByLabel('API key').fill('tidings_live_nonsense')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').getByText('not a whole API key').waitFor()
    expect(await faultsOf(page)).toEqual([])

    await page.getByLabel('API key').fill(key)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('The inbox is empty').waitFor()
    expect(await page.evaluate('document.cookie')).toBe('')
    await page.reload()
    await page.getByText('The inbox is empty').waitFor()

    const [cookie] = await page.context().cookies()
    expect(cookie).toMatchObject({ name: 'sid', httpOnly: true, sameSite: 'Strict', path: '/' })
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('API key').waitFor()
    const headers = { cookie: `sid=${cookie?.value ?? ''}` }
    // This node may go on for 5 s from memory.
    await until(async () => (await fetch(`${service.url}/inbox`, { headers })).status === 401)
  })

  test('a session acts for its key, not for pages of other sites', async () => {
    const opened = await fetch(`${service.url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key }),
    })
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
    const remove = (site: string): Promise<Response> =>
      fetch(`${service.url}/inbox?to=%2B15005550006`, { method: 'DELETE', headers: { cookie, 'sec-fetch-site': site } })
    expect((await remove('cross-site')).status).toBe(403)
    expect((await remove('same-origin')).status).toBe(200)
    const made = await fetch(`${service.url}/keys`, { headers: { cookie } })
    expect(made.status).toBe(200)
  })

  test.each(['light', 'dark'] as const)(
    'the sign-in page, %s, 390 px, has no fault that axe finds',
    async (colorScheme) => {
      const { page, complaints } = await visit(browser, service.url, '/dashboard', {
        colorScheme,
        viewport: { width: 390, height: 844 },
      })
      await page.getByLabel('API key').waitFor()
      expect(await faultsOf(page)).toEqual([])
      expect(complaints).toEqual([])
    },
  )

  test('a session ends with its key, and so does what it listens to', async () => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ name: 'support desk', scopes: ['messages:read'] })
    const made = await fetch(`${service.url}/keys`, { method: 'POST', headers, body })
    const { key: theirs, data } = (await made.json()) as { key: string; data: { id: string } }
    const { page } = await visit(browser, service.url)
    await page.getByLabel('API key').fill(theirs)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Signed in by support desk').waitFor()
    const events = await fetch(`${service.url}/inbox/events`, { headers: { authorization: `Bearer ${theirs}` } })
    expect(events.status).toBe(200)
    await fetch(`${service.url}/keys/${data.id}`, { method: 'DELETE', headers: { authorization: `Bearer ${key}` } })
    // Ends by itself: without that this waits for ever.
    await events.text()
    await until(
      async () => {
        await page.reload()
        return page.getByLabel('API key').isVisible()
      },
      SLOW_MS / 2,
      500,
    )
  })
})

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
