import { beforeEach, expect, test } from 'vitest'
import { createServer } from '../../src/http/server.ts'
import type { WebhookDeliveryRecord } from '../../src/store/webhooks/read-webhook-deliveries.ts'
import type { WebhookRecord } from '../../src/store/webhooks/read-webhooks.ts'
import { createStandIns } from './stand-ins.ts'

const AT = new Date('2026-03-01T14:00:00Z')

const WEBHOOK: WebhookRecord = {
  id: 1,
  url: 'https://hooks.example.com/tidings',
  description: '',
  types: ['*'],
  payload: 'thin',
  createdAt: AT,
  updatedAt: AT,
  disabledAt: null,
  disabledReason: null,
  failingSince: null,
  oldSecretUntil: null,
}

const DELIVERIES = [9, 8, 7].map((id): WebhookDeliveryRecord => ({
  id,
  webhookId: 1,
  eventXid: '742',
  eventId: id,
  type: 'sms.sent',
  status: 'queued',
  attempts: 0,
  nextAt: AT,
  createdAt: AT,
  updatedAt: AT,
}))

/** From when on deliveries were asked for, or again. */
let since: (Date | null)[] = []

const { parts } = createStandIns()
const app = createServer({
  ...parts,
  webhooks: {
    ...parts.webhooks,
    read: async () => WEBHOOK,
    async deliveries(_id, query, limit, before) {
      since.push(query.since)
      return DELIVERIES.filter(({ id }) => id < before).slice(0, limit)
    },
    deeds: {
      ...parts.webhooks.deeds,
      async replaySince(_id, replay) {
        since.push(replay.since)
        return 3
      },
    },
  },
})

beforeEach(() => {
  since = []
})

const list = async (query: string): Promise<Awaited<ReturnType<typeof app.inject>>> =>
  app.inject(`/webhooks/1/deliveries?${query}`)

const replay = async (text: string): Promise<Awaited<ReturnType<typeof app.inject>>> =>
  app.inject({ method: 'POST', url: '/webhooks/1/replay', payload: { since: text } })

test.each([
  ['2026-03-01', '2026-03-01T00:00:00.000Z'],
  ['2026-03-01T14:02:11Z', '2026-03-01T14:02:11.000Z'],
  ['2026-03-01T01:00:00+02:00', '2026-02-28T23:00:00.000Z'],
])('deliveries since %s are those from %s on, listed or made again', async (text, moment) => {
  expect((await list(`since=${encodeURIComponent(text)}`)).statusCode).toBe(200)
  expect((await replay(text)).json()).toEqual({ success: true, queued: 3 })
  expect(since).toEqual([new Date(moment), new Date(moment)])
})

test.each(['2026-02-30T00:00:00Z', '2026-02-30', '2026-12-31T23:59:60Z', '2026-03-01T14:00:00', 'yesterday', '24h'])(
  'since %s is refused, where they are listed and where they are made again',
  async (text) => {
    for (const answer of [await list(`since=${text}`), await replay(text)]) {
      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toMatchObject({ code: 'invalid_request', details: [{ path: 'since' }] })
    }
    expect(since).toEqual([])
  },
)

test('a page of deliveries says where the next one is, with what else was asked', async () => {
  const first = await list('limit=2&type=sms.sent')
  const { next } = first.json<{ next: string }>()
  expect(first.headers['link']).toBe(`</webhooks/1/deliveries?limit=2&type=sms.sent&cursor=${next}>; rel="next"`)
  const last = await list(`limit=2&type=sms.sent&cursor=${next}`)
  expect(last.json()).toMatchObject({ data: [{ id: 7 }], next: null })
  expect(last.headers['link']).toBeUndefined()
})

test('every parameter of a page that is wrong is named', async () => {
  const { body } = await list('limit=0&cursor=x&since=x&status=late&tpye=x')
  const { details } = JSON.parse(body) as { details: readonly { path: string }[] }
  expect(details.map(({ path }) => path).toSorted()).toEqual(['cursor', 'limit', 'since', 'status', 'tpye'])
})
