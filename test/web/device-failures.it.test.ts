import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DeviceKeys } from '../../src/http/device.ts'
import { hasChromium, openChromium } from '../support/chromium.ts'
import { until } from '../support/until.ts'
import { buildPages, openStage, servePages, TOKEN, type Served, type Stage, type StageOptions } from './device-stage.ts'
import { googleError, type Answer } from './google.ts'
import { BROWSER_MS } from './push-service.ts'

/** The sentence on top, and which checks fail. */
async function verdict(page: Page): Promise<{ title: string; failed: readonly (string | null)[] }> {
  await page.getByRole('heading', { name: 'What to do' }).waitFor()
  const failed = await page.locator('[data-state="failed"]').all()
  return {
    title: await page.locator('h1').innerText(),
    failed: await Promise.all(failed.map((check) => check.getAttribute('data-check'))),
  }
}

describe.skipIf(!hasChromium)('the device page, when it cannot register', { timeout: 240_000 }, () => {
  let browser: Browser
  let served: Served
  const open = (options: Partial<StageOptions> = {}): Promise<Stage> =>
    openStage(browser, { url: served.url, ...options })
  beforeAll(async () => {
    buildPages()
    browser = await openChromium(['--host-resolver-rules=MAP tidings.test 127.0.0.1'])
    served = await servePages()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await served.app.close()
  })

  test('a page that is not secure names the address that is', async () => {
    const url = served.url.replace('localhost', 'tidings.test')
    const { context, page } = await open({ url, permission: 'denied' })
    expect(await verdict(page)).toEqual({
      title: 'This page isn’t secure, so the browser gives it no push.',
      failed: ['secure'],
    })
    expect(await page.locator('.steps').innerText()).toContain(served.url)
    await context.close()
  })

  test('a browser without the Push API is told what it lacks', async () => {
    const { context, page } = await open({ before: 'delete globalThis.PushManager' })
    expect(await verdict(page)).toEqual({ title: 'This browser can’t receive pushes here.', failed: ['worker'] })
    expect(await page.locator('.lead').first().innerText()).toBe('It lacks the Push API.')
    await context.close()
  })

  test('on an iPhone the way leads over the Home Screen', async () => {
    const userAgent =
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1'
    const before = 'delete globalThis.PushManager; delete globalThis.Notification'
    const { context, page } = await open({ before, context: { userAgent } })
    expect(await verdict(page)).toMatchObject({ title: 'On an iPhone or iPad, push works from the Home Screen.' })
    await context.close()
  })

  test('blocked notifications are told how to undo, and allowing them is enough', async () => {
    const { context, page } = await open({ permission: 'denied' })
    expect(await verdict(page)).toEqual({ title: 'Notifications are blocked for this page.', failed: ['permission'] })
    expect(await page.locator('.steps').innerText()).toContain('left of the address')
    await context.grantPermissions(['notifications'], { origin: served.url })
    await page.getByText(TOKEN, { exact: true }).waitFor()
    await context.close()
  })

  test('a question closed without an answer can be asked again', async () => {
    const { context, page } = await open({ permission: 'default', answer: 'default' })
    await page.getByRole('button', { name: 'Register this browser' }).click()
    expect(await verdict(page)).toMatchObject({ title: 'The question was closed without an answer.' })
    await page.evaluate(`localStorage.setItem('answer', 'granted')`)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText(TOKEN, { exact: true }).waitFor()
    await context.close()
  })

  const NOTHING = { apiKey: null, projectId: null, appId: null, messagingSenderId: null, vapidKey: null }

  test('without a Firebase project it names the five variables and where their values are', async () => {
    const other = await servePages(NOTHING)
    const { context, page, google, complaints } = await openStage(browser, { url: other.url, permission: 'default' })
    expect(await verdict(page)).toEqual({ title: 'This browser has no address yet.', failed: ['keys'] })
    expect((await page.getByLabel('lines for .env', { exact: true }).innerText()).split('\n')).toEqual([
      'FIREBASE_API_KEY=',
      'FIREBASE_PROJECT_ID=',
      'FIREBASE_APP_ID=',
      'FIREBASE_MESSAGING_SENDER_ID=',
      'FIREBASE_VAPID_KEY=',
    ])
    expect(await page.locator('.steps').innerText()).toMatch(/General › Your apps[^]*Web Push certificates/)
    expect(await page.getByText('Capture mode: nothing leaves this machine.').count()).toBe(1)
    expect([...google.calls, ...complaints]).toEqual([])
    await context.close()
    await other.app.close()
  })

  const WRONG: readonly (readonly [Partial<DeviceKeys>, string])[] = [
    [{ apiKey: null }, 'FIREBASE_API_KEY is missing.'],
    [{ projectId: null }, 'FIREBASE_PROJECT_ID is missing.'],
    [{ appId: null }, 'FIREBASE_APP_ID is missing.'],
    [{ messagingSenderId: null }, 'FIREBASE_MESSAGING_SENDER_ID is missing.'],
    [{ vapidKey: null }, 'FIREBASE_VAPID_KEY is missing.'],
    [{ apiKey: null, vapidKey: null }, 'FIREBASE_API_KEY and FIREBASE_VAPID_KEY are missing.'],
    [{ vapidKey: 'nonsense' }, 'FIREBASE_VAPID_KEY is not a public key: those have 87 characters, and the first is B.'],
  ]
  test.each(WRONG)('%j: it says so, and asks for nothing', async (keys, title) => {
    const other = await servePages(keys)
    const { context, page, google } = await openStage(browser, { url: other.url })
    expect(await verdict(page)).toEqual({ title, failed: ['keys'] })
    expect(google.calls).toEqual([])
    await context.close()
    await other.app.close()
  })

  test.each([
    ['InvalidAccessError', 'keys', 'The browser does not take FIREBASE_VAPID_KEY for a public key.'],
    ['AbortError', 'registration', 'The browser could not reach its push service.'],
    ['NotAllowedError', 'permission', 'Notifications are blocked for this page.'],
  ])('%s of the push service fails the check %s', async (name, check, title) => {
    const { context, page } = await open({ pushFault: [name, 'Registration failed'] })
    expect(await verdict(page)).toEqual({ title, failed: [check] })
    await context.close()
  })

  test('a worker that cannot be loaded is told with the browser’s reason', async () => {
    const { context, page } = await open({
      before: `ServiceWorkerContainer.prototype.register = async () => { throw new TypeError('404') }`,
    })
    expect(await verdict(page)).toEqual({ title: 'The service worker could not be started.', failed: ['worker'] })
    expect(await page.locator('.answer').innerText()).toContain('404')
    await context.close()
  })

  const REFUSALS: readonly (readonly [string, Answer, Answer, string, string])[] = [
    [
      'a key that is bound to other pages',
      googleError(403, 'PERMISSION_DENIED', 'Requests from referer http://localhost are blocked.'),
      'ok',
      '403 PERMISSION_DENIED: Requests from referer http://localhost are blocked.',
      'Website restrictions: add',
    ],
    [
      'a wrong key',
      googleError(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.'),
      'ok',
      '400 INVALID_ARGUMENT: API key not valid. Please pass a valid API key.',
      'Compare FIREBASE_API_KEY',
    ],
    [
      'an interface that is switched off',
      'ok',
      googleError(
        403,
        'PERMISSION_DENIED',
        'FCM Registration API has not been used in project 1 before or it is disabled.',
      ),
      'FCM Registration API has not been used in project 1 before or it is disabled.',
      'Library: enable',
    ],
    [
      'values of two projects',
      'ok',
      googleError(401, 'UNAUTHENTICATED', 'Request is missing required authentication credential.'),
      'Request is missing required authentication credential.',
      'must be of one project',
    ],
  ]
  test.each(REFUSALS)(
    '%s: Google’s own answer is shown, with what to do',
    async (_name, installations, registrations, said, fix) => {
      const { context, page, google } = await open({ google: { installations, registrations } })
      expect(await verdict(page)).toEqual({ title: 'Google refused the registration.', failed: ['registration'] })
      expect(await page.locator('.answer pre').innerText()).toBe(said)
      expect(await page.locator('.steps').innerText()).toContain(fix)
      Object.assign(google, { installations: 'ok', registrations: 'ok' })
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.getByText(TOKEN, { exact: true }).waitFor()
      await context.close()
    },
  )

  test('what is not answered within thirty seconds counts as out of reach', async () => {
    const { context, page, google } = await open({ google: { registrations: 'silent' }, ownClock: true })
    await until(() => google.calls.length === 2, BROWSER_MS)
    await page.clock.fastForward(31_000)
    expect(await verdict(page)).toMatchObject({ title: 'Google’s registration service could not be reached.' })
    expect(await page.locator('.answer pre').innerText()).toBe('No answer within 30 s')
    await context.close()
  })

  test.each([
    ['firebaseinstallations', { installations: 'away', registrations: 'ok' }],
    ['fcmregistrations', { installations: 'ok', registrations: 'away' }],
  ] as const)('%s out of reach is told by name', async (host, google) => {
    const { context, page } = await open({ google })
    expect(await verdict(page)).toEqual({
      title: 'Google’s registration service could not be reached.',
      failed: ['registration'],
    })
    expect(await page.locator('.lead').first().innerText()).toContain(`https://${host}.googleapis.com`)
    await context.close()
  })
})
