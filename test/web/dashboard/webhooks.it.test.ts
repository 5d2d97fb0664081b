import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Webhook as Verifier } from 'standardwebhooks'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTidings, type Schema, type Tidings } from '../../../src/client/tidings.ts'
import { startSink, type Sink } from '../../crash/sink.ts'
import { hasChromium, openChromium } from '../../support/chromium.ts'
import { until } from '../../support/until.ts'
import { faultsOf } from './axe.ts'
import { openService, SLOW_MS, visit, type Service } from './stage.ts'
import { firstKey, HOSTILE, LIVE, RULES, SETTINGS, tabTo } from './webhook-stage.ts'

const CONTACT = '+201009129288'

const PATH = '/dashboard/webhooks'

const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  ([1440, 390] as const).map((width) => ({ colorScheme, width, viewport: { width, height: 844 } })),
)

describe.skipIf(!hasChromium)('the page of the webhooks', { timeout: SLOW_MS }, () => {
  let browser: Browser
  let service: Service
  let empty: Service
  let sink: Sink
  let client: Tidings

  beforeAll(async () => {
    browser = await openChromium()
    service = await openService(SETTINGS)
    empty = await openService(SETTINGS)
    const script = join(service.directory, 'rules.json')
    writeFileSync(script, JSON.stringify(RULES))
    sink = await startSink(service.directory, 'receiver', ['--script', script])
    client = createTidings({ url: service.url })
  }, SLOW_MS)

  afterAll(async () => {
    await browser?.close()
    await sink?.stop()
    await Promise.all([service?.close(), empty?.close()])
  })

  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
  })

  /** One whose receiver answers as its path says; it is told of what is sent to nobody else. */
  async function make(path: string): Promise<Schema<'Webhook'>> {
    return (await client.webhooks.create({ url: `${sink.url}${path}`, types: ['sms.captured'] })).data
  }

  /** An SMS was captured, its event was handed out to the webhook, and was tried so often. */
  async function tried(id: number, tries: number): Promise<Schema<'WebhookDelivery'>> {
    return until(async () => {
      for await (const one of client.webhooks.deliveries(id, { type: 'sms.captured' })) {
        if (one.attempt_count >= tries) return one
      }
      return null
    })
  }

  test('takes a person from nothing to a webhook whose secret was kept, and to a test that was taken', async () => {
    const { page, complaints, elsewhere } = await visit(browser, service.url)
    await page.getByRole('link', { name: 'Webhooks' }).click()
    await page.getByText('Nobody is told of events yet.').waitFor()
    await page.getByRole('link', { name: 'Add a webhook' }).click()
    await page.getByLabel('Address').fill(`${sink.url}/first`)
    await page.getByLabel('Events').fill('sms.delivered, sms.failed')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    const secret = await page.locator('.secret code').innerText()
    expect(() => new Verifier(secret)).not.toThrow()
    await page.getByRole('button', { name: 'Copy the secret' }).click()
    await until(async () => (await page.evaluate('navigator.clipboard.readText()')) === secret)
    await page.getByRole('link', { name: 'I have kept it' }).click()
    await page.getByRole('heading', { level: 1, name: `${sink.url}/first` }).waitFor()
    expect(await page.content()).not.toContain(secret)
    await page.getByRole('button', { name: 'Send a test event' }).click()
    await page.getByText(/^The test was taken: 200 after/).waitFor()
    await page.locator('.delivery', { hasText: 'webhook.test' }).getByText('Taken').waitFor()
    await page.getByRole('link', { name: 'Webhooks' }).first().click()
    await page.locator('.webhook', { hasText: 'sms.delivered, sms.failed' }).getByText('Enabled').waitFor()
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
  })

  test('an answer of HTML and script is shown as text, and nothing of it runs', async () => {
    const { id } = await make('/hostile')
    await service.sms(CONTACT, 'For the hostile one')
    await tried(id, 1)
    const { page, complaints, elsewhere } = await visit(browser, service.url, `${PATH}/${id}`)
    await page.getByRole('button', { name: 'Send a test event' }).click()
    await page.getByText(/^The test was not taken: 500 after/).waitFor()
    expect(await page.locator('.deeds pre').textContent()).toBe(HOSTILE)
    await page.locator('.delivery', { hasText: 'sms.captured' }).click()
    await page.locator('.tries pre').first().waitFor()
    expect(await page.locator('.tries pre').first().textContent()).toBe(HOSTILE)
    expect(await page.locator('.tries .badge').first().innerText()).toBe('Answered 500')
    await page.getByText(/^Every try since/).waitFor()
    expect(await page.evaluate('globalThis.hacked ?? null')).toBeNull()
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
    await page.goto(`${service.url}${PATH}`)
    await page
      .locator('.webhook', { hasText: '/hostile' })
      .getByText(/^Failing since/)
      .waitFor()
  })

  test('delivers one event again, and everything since a time', async () => {
    const { id } = await make('/again')
    await service.sms(CONTACT, 'Once and again')
    await tried(id, 1)
    const { page } = await visit(browser, service.url, `${PATH}/${id}`)
    await page.locator('.delivery', { hasText: 'sms.captured' }).click()
    await page.locator('.tries').getByRole('button', { name: 'Deliver again' }).click()
    await page.getByText('It is due again.').waitFor()
    await page.locator('.tries .attempt').nth(1).waitFor()
    await page.getByLabel('Only what was given up').check()
    await page.locator('.replay').getByRole('button').click()
    await page.getByText('There was nothing to deliver again.').waitFor()
    await page.getByLabel('Only what was given up').uncheck()
    await page.locator('.replay').getByRole('button').click()
    await page.getByText(/^\d+ events? will be delivered again\.$/).waitFor()
    await page.locator('.tries .attempt').nth(2).waitFor()
  })

  test('shows older deliveries when they are asked for, and those of one kind', async () => {
    const { id } = await make('/many')
    for (let count = 0; count < 27; count += 1) await service.sms(CONTACT, `Number ${count}`)
    await until(async () => {
      let taken = 0
      for await (const one of client.webhooks.deliveries(id, { status: 'delivered' })) taken += one.id > 0 ? 1 : 0
      return taken === 27
    })
    const { page } = await visit(browser, service.url, `${PATH}/${id}`)
    await page.locator('.delivery').nth(24).waitFor()
    expect(await page.locator('.delivery').count()).toBe(25)
    await page.getByRole('button', { name: 'Older ones' }).click()
    await page.locator('.delivery').nth(26).waitFor()
    // What is done with an older one leaves it where it is.
    await page.locator('.delivery').nth(26).click()
    await page.locator('.tries').getByRole('button', { name: 'Deliver again' }).click()
    await page.getByText('It is due again.').waitFor()
    await until(async () => (await tried(id, 2)).attempt_count === 2)
    expect(await page.locator('.delivery').count()).toBe(27)
    await page.getByText('Given up', { exact: true }).click()
    await page.getByText('There are none of these.').waitFor()
  })

  test('another secret, disabling and enabling are said, and removing wants a word', async () => {
    const { id, url } = await make('/changed')
    const { page, complaints } = await visit(browser, service.url, `${PATH}/${id}`)
    await page.getByRole('button', { name: 'Replace the secret' }).click()
    expect(await page.locator('.secret code').innerText()).toMatch(/^whsec_/)
    await page.getByText(/^The one before signs as well until/).waitFor()
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('button', { name: 'Disable', exact: true }).click()
    await page.getByText(/^Disabled$/).waitFor()
    await until(async () => !(await client.webhooks.get(id)).enabled)
    await page.getByRole('button', { name: 'Enable', exact: true }).click()
    await page.getByText('It was enabled. What was waiting goes on.').waitFor()
    await page.getByRole('button', { name: 'Remove…' }).click()
    const remove = page.getByRole('button', { name: 'Remove', exact: true })
    expect(await remove.isDisabled()).toBe(true)
    await page.getByLabel(/^This removes the webhook/).press('Escape')
    await page.getByRole('button', { name: 'Remove…' }).click()
    await until(async () => (await page.evaluate('document.activeElement.id')) === 'word')
    await page.keyboard.type('remove')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**${PATH}`)
    await page.locator('h1', { hasText: 'Webhooks' }).waitFor()
    await until(async () => (await page.locator('.webhook', { hasText: url }).count()) === 0)
    await page.goto(`${service.url}${PATH}/${id}`)
    await page.getByText('This is not there, or not any more.').waitFor()
    expect(complaints.filter((complaint) => !/404/.test(complaint))).toEqual([])
  })

  test('one is changed in the fields it was made with, and what is refused leaves it as it was', async () => {
    const { id, url } = await make('/other')
    const { page } = await visit(browser, service.url, `${PATH}/${id}`)
    await page.getByRole('button', { name: 'Change…' }).click()
    expect(await page.getByLabel('Address').inputValue()).toBe(url)
    await page.getByLabel('Events').fill('sms.nonsense')
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await page.locator('.problem').waitFor()
    expect(await client.webhooks.get(id)).toMatchObject({ url, types: ['sms.captured'] })
    await page.getByLabel('Events').fill('')
    await page.getByLabel('What it is for').fill('Shop')
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await page.getByText('It was changed. Its secret is the one it was.').waitFor()
    expect(await page.locator('.details').innerText()).toMatch(/For\s+Shop\s+Events\s+All events/)
    expect(await client.webhooks.get(id)).toMatchObject({ url, types: ['*'], payload: 'thin', description: 'Shop' })
  })

  test('says why one is disabled that nobody disabled', async () => {
    const { id } = await make('/gone')
    await service.sms(CONTACT, 'It wants no more')
    await until(async () => !(await client.webhooks.get(id)).enabled)
    const { page } = await visit(browser, service.url, `${PATH}/${id}`)
    await page.getByText(/^Its receiver answered 410, so it wants no more/).waitFor()
    expect(await page.getByRole('button', { name: 'Enable', exact: true }).count()).toBe(1)
  })

  test('tells what the service says of an address that it does not take, and keeps what was written', async () => {
    const { page } = await visit(browser, service.url, `${PATH}/add`)
    await page.getByLabel('Address').fill('https://10.0.0.1/hook')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('alert').getByText('WEBHOOKS_ALLOW_PRIVATE').waitFor()
    expect(await page.getByLabel('Address').inputValue()).toBe('https://10.0.0.1/hook')
    await page.getByLabel('Address').fill('https://hooks.example.com/tidings')
    await page.getByLabel('Events').fill('sms.deliverd')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('alert').getByText('sms.delivered').waitFor()
  })

  test('is used by keyboard alone', async () => {
    const { id, url } = await make('/keyboard')
    const { page } = await visit(browser, service.url, PATH)
    await page.locator('.webhook', { hasText: url }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: url }).waitFor()
    expect(new URL(page.url()).pathname).toBe(`${PATH}/${id}`)
    await until(async () => (await page.evaluate('document.activeElement.id')) === 'content')
    await tabTo(page, 'Send a test event')
    await page.keyboard.press('Enter')
    await page.locator('.delivery').first().waitFor()
    await page.getByRole('button', { name: 'Look again' }).focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('.tries .attempt').first().waitFor()
    expect(await page.locator('.delivery').first().getAttribute('aria-expanded')).toBe('true')
  })

  test('tells who may not manage webhooks, and which scope that needs', async () => {
    const live = await openService(LIVE)
    try {
      const key = await until(() => firstKey(live))
      const admin = createTidings({ url: live.url, key })
      const { key: weak } = await admin.keys.create({ name: 'Reader', mode: 'live', scopes: ['messages:read'] })
      const { page } = await visit(browser, live.url, PATH)
      await page.getByLabel('API key').fill(weak)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByText('You may not manage webhooks.').waitFor()
      await page.getByText('webhooks:write').first().waitFor()
      expect(await faultsOf(page)).toEqual([])
    } finally {
      await live.close()
    }
  })

  test('says that it is reading, and where the service does not answer, and tries again', async () => {
    const { page } = await visit(browser, service.url, '/dashboard')
    const api = `${service.url}/webhooks?*`
    await page.context().route(api, () => undefined)
    await page.getByRole('link', { name: 'Webhooks' }).click()
    await page.getByText('Loading …').waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.context().unroute(api)
    await page.context().route(api, (route) => route.abort())
    await page.goto(`${service.url}${PATH}`)
    await page.getByText('The service does not answer.').waitFor()
    expect(await faultsOf(page)).toEqual([])
    await page.context().unroute(api)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('Loading …').waitFor({ state: 'detached' })
    await page.getByText('could not be read').waitFor({ state: 'detached' })
  })

  test.each(LOOKS)('axe finds nothing wrong, $colorScheme, $width px', async ({ colorScheme, viewport, width }) => {
    const { id } = await make(`/hostile/${'long-'.repeat(20)}${colorScheme}-${width}`)
    await service.sms(CONTACT, 'To be looked at')
    await tried(id, 1)
    const { page } = await visit(browser, service.url, PATH, { colorScheme, viewport })
    const isWhole = async (shown: Page): Promise<void> => {
      expect(await faultsOf(shown)).toEqual([])
      expect(await shown.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      expect(await shown.evaluate(`document.querySelector('.webhooks').scrollWidth`)).toBeLessThanOrEqual(width)
    }
    await page.locator('.webhook').first().waitFor()
    await isWhole(page)
    await page.goto(`${service.url}${PATH}/add`)
    await page.getByLabel('Address').waitFor()
    await isWhole(page)
    await page.goto(`${service.url}${PATH}/${id}`)
    await page.locator('.delivery').first().click()
    await page.locator('.tries pre').first().waitFor()
    await page.getByRole('button', { name: 'Replace the secret' }).click()
    await page.locator('.secret code').waitFor()
    await page.getByRole('button', { name: 'Remove…' }).click()
    await isWhole(page)
    const { page: nothing } = await visit(browser, empty.url, PATH, { colorScheme, viewport })
    await nothing.locator('.webhooks .lead, .webhook').first().waitFor()
    await isWhole(nothing)
  })
})
