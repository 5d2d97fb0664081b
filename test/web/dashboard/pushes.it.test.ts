import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTidings } from '../../../src/client/tidings.ts'
import type { Notification } from '../../../src/contract/notifications.ts'
import { hasChromium, openChromium } from '../../support/chromium.ts'
import { until } from '../../support/until.ts'
import { faultsOf } from './axe.ts'
import { openService, SLOW_MS, visit, type Service } from './stage.ts'

const run = promisify(execFile)

const PUSHES = '/dashboard/pushes'

const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  ([1440, 390] as const).map((width) => ({ colorScheme, width, viewport: { width, height: 844 } })),
)

const TOMORROW = new Date(Date.now() + 86_400_000).toISOString()

describe.skipIf(!hasChromium)('the pages of the pushes', { timeout: SLOW_MS }, () => {
  let browser: Browser
  let service: Service
  let url = ''
  /** To three devices, one of them dead. */
  let mixed = 0
  let long = 0

  beforeAll(async () => {
    browser = await openChromium()
    service = await openService()
    url = service.url
  }, SLOW_MS)

  afterAll(async () => {
    await browser?.close()
    await service?.close()
  })

  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
  })

  async function pushTo(tokens: readonly string[], more: object = {}): Promise<number> {
    const words = { title: 'The ferry leaves', body: 'In ten minutes', ...more }
    const { notification_id: id } = await createTidings({ url }).notifications.toTokens({
      tokens: [...tokens],
      ...words,
    })
    return id
  }

  async function read(id: number): Promise<Notification> {
    const answer = await fetch(`${url}/notifications/${id}`)
    return ((await answer.json()) as { data: Notification }).data
  }

  test('say how the first one is sent, and the line in it sends one', async () => {
    const { page, complaints } = await visit(browser, url)
    await page.getByRole('link', { name: 'Pushes', exact: true }).click()
    await page.getByText('No push was sent yet.').waitFor()
    expect(await faultsOf(page)).toEqual([])
    await run('bash', ['-c', await page.locator('.command pre').innerText()])
    await page.getByRole('button', { name: 'Look again' }).click()
    await page.locator('.push', { hasText: 'Parcel' }).waitFor()
    expect(complaints).toEqual([])
  })

  test('lead from the list to one push, its answer, its banner and each of its devices', async () => {
    mixed = await pushTo(['first-device', 'second-device', 'sandbox:unregistered'], {
      data: { pier: '4' },
      tag: 'ferry',
    })
    await until(async () => (await read(mixed)).counts['captured'] === 2)
    const { page, complaints, elsewhere } = await visit(browser, url, PUSHES)
    const row = page.locator('.push', { hasText: 'The ferry leaves' })
    await row.waitFor()
    expect(await row.locator('.shares .badge').allInnerTexts()).toEqual(['2 captured', '1 not delivered'])
    await row.focus()
    await row.press('Enter')
    await page.waitForURL(`**${PUSHES}/${mixed}`)
    const { verdict } = await read(mixed)
    await page.getByText(verdict, { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Copy answer' }).click()
    await until(async () => (await page.evaluate('navigator.clipboard.readText()')) === verdict)
    await page.getByRole('button', { name: 'Open the banner' }).click()
    expect(await page.locator('.banner .data').innerText()).toMatch(/pier\s+4/)
    const dead = page.locator('.target', { hasText: 'sandbox:unregistered' })
    expect(await dead.innerText()).toContain('the app is gone from the device')
    expect(await page.locator('.target').count()).toBe(3)
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
  })

  test('search in the grammar of the API, and tell what it does not take', async () => {
    const { page } = await visit(browser, url, PUSHES)
    const field = page.getByRole('searchbox', { name: 'Search the pushes' })
    await field.fill('tag:ferry')
    await field.press('Enter')
    await until(async () => (await page.locator('.push').count()) === 1)
    expect(new URL(page.url()).searchParams.get('q')).toBe('tag:ferry')
    await field.fill('statsu:failed')
    await field.press('Enter')
    await page.getByRole('alert').getByText('status').waitFor()
    await field.fill('topic:nothing-like-that')
    await field.press('Enter')
    await page.getByText('No push fits').waitFor()
  })

  test('pause a push, go on with it and cancel it, each after a second press, and as the line for the terminal does', async () => {
    long = await pushTo(['first-device', 'second-device'], { title: 'Sale', send_at: TOMORROW })
    const { page, complaints } = await visit(browser, url, `${PUSHES}/${long}`)
    await page.locator('.details', { hasText: '2 targets until' }).waitFor()
    await page.getByRole('button', { name: 'Pause…' }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await until(async () => (await focusedText(page)) === 'Pause…')
    expect((await read(long)).paused_at).toBeNull()
    await page.keyboard.press('Enter')
    await until(async () => (await focusedText(page)) === 'Not now')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('.standing', { hasText: 'Paused' }).waitFor()
    expect((await read(long)).paused_at).not.toBeNull()
    await page.getByRole('button', { name: 'Go on…' }).click()
    await run('bash', ['-c', await page.locator('.question pre').innerText()])
    expect((await read(long)).paused_at).toBeNull()
    await page.getByRole('button', { name: 'Go on', exact: true }).click()
    await page.locator('.standing', { hasText: 'Goes out later' }).waitFor()
    await page.getByRole('button', { name: 'Cancel…' }).click()
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.locator('.shares', { hasText: '2 cancelled' }).waitFor()
    expect(await page.getByRole('button', { name: 'Pause…' }).count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('say in place that it is too late, and show how it stands', async () => {
    const id = await pushTo(['first-device', 'second-device'], { title: 'Gone', send_at: TOMORROW })
    const { page } = await visit(browser, url, `${PUSHES}/${id}`)
    await page.getByRole('button', { name: 'Pause…' }).click()
    await fetch(`${url}/notifications/${id}/cancel`, { method: 'POST' })
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await page.getByRole('alert').getByText('It can’t be').waitFor()
    await page.locator('.standing', { hasText: 'Cancelled' }).waitFor()
    expect(await faultsOf(page)).toEqual([])
  })

  test('send again to those that ended alike, after saying to how many, and lead to the new one', async () => {
    const { page, complaints } = await visit(browser, url, `${PUSHES}/${mixed}`)
    await page.getByRole('button', { name: 'Send again…' }).click()
    await page.getByText('It would go to 2 devices by sandbox; 1 more is dead, and left out.').waitFor()
    await page.getByLabel('To', { exact: true }).selectOption('captured')
    await page.getByText('It would go to 2 devices by sandbox.').waitFor()
    expect(await page.locator('.question pre').innerText()).toContain('"only": ["captured"]')
    await page.getByRole('button', { name: 'Send again', exact: true }).click()
    await page.getByRole('link', { name: `push ${mixed}` }).waitFor()
    const again = Number(page.url().split('/').at(-1))
    expect(await read(again)).toMatchObject({ resent_from: mixed, targets: 2 })
    expect(complaints).toEqual([])
  })

  test('follow a push that runs to its end by themselves', async () => {
    const { page } = await visit(browser, url, PUSHES)
    const asked = await playing(page.context(), mixed, { counts: { queued: 2, captured: 1 }, status: 'queued' })
    await page.goto(`${url}${PUSHES}/${mixed}`)
    await page.locator('.shares', { hasText: '2 waiting to go out' }).waitFor()
    await until(() => asked.length > 2)
    asked.end()
    await page.locator('.shares', { hasText: '1 not delivered' }).waitFor()
    expect(await page.getByRole('button', { name: 'Send again…' }).count()).toBe(1)
  })

  test('tell the SMS that stands in for a push, what waits, and what devices have reported', async () => {
    const { page } = await visit(browser, url, PUSHES)
    const fallback = { state: 'went_out', reason: 'unconfirmed', unless: 'received', after: 60, message_id: 17 }
    const wording = { locale: 'de', template: 'ferry@1/de', title: 'Die Fähre', body: 'In zehn Minuten', targets: 2 }
    await playing(page.context(), mixed, {
      counts: { opened: 1, received: 1, failed: 1 },
      fallback: { ...fallback, deadline_at: TOMORROW, done_at: TOMORROW },
      wordings: [wording],
      waits: [{ reason: 'quiet_hours', until: TOMORROW, targets: 2 }],
    })
    await page.goto(`${url}${PUSHES}/${mixed}`)
    const details = page.locator('.details')
    expect(await details.getByRole('link', { name: 'message 17' }).getAttribute('href')).toBe('/dashboard/messages/17')
    const told = await details.innerText()
    for (const words of [
      'as nobody confirmed the push',
      'By 2 devices, opened on 1',
      'de, 2 devices: Die Fähre In zehn Minuten',
      'quiet hours where',
    ])
      expect(told).toContain(words)
    expect(await faultsOf(page)).toEqual([])
  })

  test('are led to from the inbox, from an SMS that went out in place of one, and from a topic', async () => {
    const { page } = await visit(browser, url, `/dashboard/inbox/several/push_${mixed}`)
    const facts = page.locator('.facts')
    await facts.getByRole('link', { name: `push_${mixed}` }).click()
    await page.waitForURL(`**${PUSHES}/${mixed}`)
    const { message_id: sms } = await service.sms('+201009129288', 'The ferry leaves')
    await page.context().route(/\/smss\/\d+$/, async (route) => {
      const answer = await route.fetch()
      const { data, ...rest } = (await answer.json()) as { data: object }
      return route.fulfill({ response: answer, json: { ...rest, data: { ...data, fallback_of: mixed } } })
    })
    await page.goto(`${url}/dashboard/messages/${sms}`)
    await page.getByRole('link', { name: `Push ${mixed}` }).click()
    await page.waitForURL(`**${PUSHES}/${mixed}`)
    await createTidings({ url }).topics.subscribe('ferries', { tokens: ['first-device'] })
    await service.post('/notifications/topic', { topic: 'ferries', title: 'No ferry today', body: 'Fog' })
    await page.goto(`${url}/dashboard/topics/ferries`)
    await page.getByRole('link', { name: 'What was sent to it' }).click()
    await page.locator('.push', { hasText: 'No ferry today' }).click()
    await page.locator('.details').getByRole('link', { name: 'ferries' }).waitFor()
  })

  test('say that one is not there, and that the service does not answer', async () => {
    const { page } = await visit(browser, url, `${PUSHES}/99999`)
    await page.getByText('This is not there, or not any more.').waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.context().route(/\/notifications\?/, (route) => route.abort())
    await page.getByRole('main').getByRole('link', { name: 'Pushes' }).click()
    await page.getByText('The service does not answer.').waitFor()
    expect(await faultsOf(page)).toEqual([])
  })

  test.each(LOOKS)('axe finds nothing wrong, $colorScheme, $width px', async ({ colorScheme, viewport, width }) => {
    const { page } = await visit(browser, url, PUSHES, { colorScheme, viewport })
    const isWhole = async (): Promise<void> => {
      expect(await faultsOf(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      expect(await page.evaluate(`document.querySelector('.page').scrollWidth`)).toBeLessThanOrEqual(width)
    }
    await page.locator('.shares').first().waitFor()
    await isWhole()
    await page.goto(`${url}${PUSHES}/${mixed}`)
    await page.locator('.target').first().waitFor()
    await page.getByRole('button', { name: 'Send again…' }).click()
    await page.locator('.reach').waitFor()
    await isWhole()
  })
})

/** What has the focus says. */
async function focusedText(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.innerText')
}

/** Has one push answer with something else, until its end. */
async function playing(context: BrowserContext, id: number, instead: object): Promise<unknown[] & { end(): void }> {
  let isOver = false
  const asked: unknown[] = []
  await context.route(new RegExp(`/notifications/${id}$`), async (route) => {
    asked.push(null)
    const answer = await route.fetch()
    const { data, ...rest } = (await answer.json()) as { data: object }
    return route.fulfill({ response: answer, json: { ...rest, data: isOver ? data : { ...data, ...instead } } })
  })
  return Object.assign(asked, { end: () => (isOver = true) })
}
