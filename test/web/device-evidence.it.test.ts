import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTickets } from '../../src/domain/push/ticket.ts'
import { createEvidence, type EvidenceFlow } from '../../src/flows/push/evidence.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { readNotification } from '../../src/store/push/read-notifications.ts'
import { hasChromium, openChromium } from '../support/chromium.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { buildPages, openStage, servePages, TOKEN, type Served } from './device-stage.ts'
import { BROWSER_MS, closeToWorker, openPushDelivery } from './push-service.ts'

const FROM = { from: '123456789012', fcmMessageId: '11111111-2222-3333-4444-555555555555' }

/** What a person does; the developer tools have no word for it. The event is not the browser's own, so nobody would wait for it. */
const CLICK = `registration.getNotifications().then(([notification]) => {
  const event = new NotificationEvent('notificationclick', { notification })
  return new Promise((resolve, reject) => {
    event.waitUntil = (work) => work.then(resolve, () => resolve())
    dispatchEvent(event)
  })
})`

describe.skipIf(!hasChromium)('what the device page’s worker reports', { timeout: 240_000 }, () => {
  const tickets = createTickets(Buffer.alloc(32, 1), [])
  let browser: Browser
  let database: TestDatabase
  let db: Db
  let evidence: EvidenceFlow
  let served: Served

  beforeAll(async () => {
    buildPages()
    database = await createTestDatabase()
    const time = { statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 }
    db = createDb(database.url, { max: 2, name: 'device', ...time }, () => undefined)
    evidence = createEvidence({ db, tickets, clock: () => new Date(), onReported: () => undefined })
    browser = await openChromium()
    served = await servePages({}, { evidence })
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await served.app.close()
    await evidence.close()
    await db.end()
    await database.drop()
  })

  async function push(): Promise<{ id: number; ticket: string }> {
    const { rows } = await db.query<{ id: number; token: number }>(
      `with t as (insert into tokens (token) select 'token-' || count(*) from tokens returning id),
        n as (insert into notifications (title, body, tally) values ('Parcel', 'Here', '{"sent": 1}') returning id)
      insert into tokennotifications (notification_id, token_id, status) select n.id, t.id, 'sent' from n, t
      returning notification_id as id, token_id as token`,
    )
    const { id = 0, token = 0 } = rows[0] ?? {}
    const ticket = tickets.write({ notificationId: id, tokenId: token }, new Date(Date.now() + 3_600_000))
    return { id, ticket: `${served.url}/evidence/${ticket}` }
  }

  const becomes = (id: number, status: string): Promise<boolean> =>
    until(async () => (await readNotification(db, id))?.counts[status as 'received'] === 1, BROWSER_MS)

  test.each([
    ['the SDK', { notification: { title: 'Parcel', body: 'Here' } }],
    ['the worker itself', {}],
  ])('that it got a push, and that what %s showed of it was opened', async (_, shown) => {
    const { context, page, complaints } = await openStage(browser, { url: served.url })
    await page.getByText(TOKEN, { exact: true }).waitFor()
    const delivery = await openPushDelivery(context, page)
    await closeToWorker(context, page)
    const { id, ticket } = await push()
    await delivery.deliver({ ...FROM, ...shown, data: { title: 'Parcel', tidings: ticket } })
    await becomes(id, 'received')
    await until(() => delivery.shown().length > 0, BROWSER_MS)
    const [worker] = context.serviceWorkers()
    await worker?.evaluate(CLICK)
    await becomes(id, 'opened')
    expect(complaints).toEqual([])
    await context.close()
  })

  test('that it got one that is shown on the page alone', async () => {
    const { context, page } = await openStage(browser, { url: served.url })
    await page.getByText(TOKEN, { exact: true }).waitFor()
    const delivery = await openPushDelivery(context, page)
    const { id, ticket } = await push()
    await delivery.deliver({ ...FROM, notification: { title: 'Parcel', body: 'Here' }, data: { tidings: ticket } })
    await becomes(id, 'received')
    expect(delivery.shown()).toEqual([])
    await context.close()
  })
})
