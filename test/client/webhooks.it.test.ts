import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTidings } from '../../src/client/tidings.ts'
import { startSink, type Sink } from '../../src/fakes/sink.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'

let database: TestDatabase
let node: WholeNode
let sink: Sink

beforeAll(async () => {
  database = await createTestDatabase()
  sink = await startSink()
  node = await startWholeNode(database.url, { WEBHOOKS_ALLOW_HTTP: 'on', WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1' })
})

afterAll(async () => {
  await node.app.stop()
  await sink.close()
  await database.drop()
})

test('a program makes a webhook, tries it, follows its deliveries, replays them, and removes it', async () => {
  const { webhooks, sms } = createTidings({ url: node.url })
  const { secret, data } = await webhooks.create({ url: sink.url, types: ['sms.delivered'] })
  expect(secret).toMatch(/^whsec_/)
  expect(await webhooks.get(data.id)).toEqual(data)
  expect(await webhooks.test(data.id)).toMatchObject({ delivered: true, event: { type: 'webhook.test' } })
  const since = new Date().toISOString()
  await sms.send({ contact: '+15005550100', subject: 'Hello', message: 'Hi' })
  const [delivery] = await until(async () => {
    const found = await all(webhooks.deliveries(data.id, { type: 'sms.delivered', status: 'delivered' }))
    return found.length > 0 && found
  })
  if (delivery === undefined) throw new Error('there is no delivery')
  expect(await webhooks.delivery(delivery.id)).toMatchObject({ attempts: [{ number: 1, status: 200 }] })
  expect(await webhooks.replayDelivery(delivery.id)).toMatchObject({ id: delivery.id, status: 'queued' })
  await until(() => sink.calls().length === 3)
  expect(await webhooks.replay(data.id, { since, only_failed: true })).toBe(0)
  expect(await webhooks.change(data.id, { enabled: false })).toMatchObject({ disabled_reason: 'caller' })
  expect((await webhooks.rotate(data.id)).secret).not.toBe(secret)
  await webhooks.delete(data.id)
  expect(await all(webhooks.list())).toEqual([])
})

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}
