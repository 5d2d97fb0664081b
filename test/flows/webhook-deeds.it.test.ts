import { Webhook as StandardWebhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import { createWebhookDeeds } from '../../src/flows/webhooks/webhook-deeds.ts'
import { clearRemoved } from '../../src/store/webhooks/webhook-past.ts'
import { until } from '../support/until.ts'
import { ask, happen, headersOf, passed, settled, statusesOf, useWebhookStage } from './webhook-rig.ts'

const { rig, sink } = useWebhookStage()

test('a person is told what a test brought back, and it changes nothing', async () => {
  const [node, receiver] = [await rig(), await sink({ rules: [{ play: { status: 404, body: 'nobody\u0007here' } }] })]
  const { record, secret } = await node.make({ url: receiver.url })
  const { attempt, body } = await node.deeds.test(record.id, new AbortController().signal)
  expect(attempt).toMatchObject({ number: 1, status: 404, failure: null, excerpt: 'nobody here' })
  const [call] = receiver.calls()
  if (call === undefined) throw new Error('nothing was sent')
  expect(call.body).toBe(body.toString())
  new StandardWebhook(secret).verify(call.body, headersOf(call))
  expect(await ask(node, 'select type, status, next_at from webhook_deliveries')).toEqual([
    { type: 'webhook.test', status: 'failed', next_at: null },
  ])
  expect(await ask(node, 'select failing_since from webhooks')).toEqual([{ failing_since: null }])
})

test('a person has everything since a time delivered again, or dead letters alone', async () => {
  const [node, receiver] = [await rig(), await sink()]
  await node.make({ url: `${receiver.url}/listener` })
  await happen(node.db, 'sms.sent', 3)
  await node.db.query(`update events set at = at - interval '2 hours'`)
  await happen(node.db, 'sms.sent', 2)
  await happen(node.db, 'sms.failed', 1)
  await until(async () => (await statusesOf(node)).filter((status) => status === 'delivered').length === 6)
  const { record } = await node.make({ url: `${receiver.url}/late` })
  const since = new Date(Date.now() - 3_600_000)
  const { signal } = new AbortController()
  const late = { since, types: ['sms.sent'], onlyFailed: false }
  expect(await node.deeds.replaySince(record.id, late, ANYONE, signal)).toBe(2)
  await until(() => receiver.calls().filter(({ path }) => path === '/late').length === 2)
  await until(async () => (await statusesOf(node)).every((status) => status === 'delivered'))
  const again = { since, types: null, onlyFailed: false }
  expect(await node.deeds.replaySince(record.id, again, ANYONE, signal)).toBe(3)
  await until(async () => (await statusesOf(node)).every((status) => status === 'delivered'))
  await node.db.query(`update webhook_deliveries set status = 'failed' where type = 'sms.failed'`)
  expect(await node.deeds.replaySince(record.id, { ...again, onlyFailed: true }, ANYONE, signal)).toBe(1)
  await until(() => receiver.calls().filter(({ path }) => path === '/late').length === 6)
  const ids = receiver.calls().map(({ headers }) => headers['webhook-id'])
  expect(new Set(ids).size).toBe(6)
})

test('a replay begins where its time does, however much was written down before', async () => {
  const [node, receiver] = [await rig(), await sink()]
  const { record } = await node.make({ url: receiver.url })
  await node.webhooks.change(record.id, { enabled: false }, ANYONE)
  await happen(node.db, 'sms.sent', 5_000)
  await node.db.query(`update events set at = at - interval '2 hours'`)
  await happen(node.db, 'sms.failed')
  await passed(node)
  const asked: string[] = []
  const watched = new Proxy(node.db, {
    get: (db, name) =>
      name === 'query'
        ? async (statement: { readonly name: string }) => (asked.push(statement.name), db.query(statement as never))
        : (Reflect.get(db, name) as unknown),
  })
  const nothing = { tries: { call: async () => null, sendAll: async () => undefined }, onDue: () => undefined }
  const deeds = createWebhookDeeds({ db: watched, bodies: async () => new Map(), ...nothing })
  const replay = { since: new Date(Date.now() - 3_600_000), types: null, onlyFailed: false }
  expect(await deeds.replaySince(record.id, replay, ANYONE, new AbortController().signal)).toBe(1)
  expect(asked.filter((name) => name === 'replay-since')).toHaveLength(1)
})

test('a person removes a webhook with all that was to be sent there', async () => {
  const [node, receiver] = [await rig(), await sink()]
  const { record } = await node.make({ url: `${receiver.url}/500` })
  await happen(node.db, 'sms.sent', 3)
  await settled(node, 3)
  await node.webhooks.remove(record.id, ANYONE)
  await expect(node.webhooks.remove(record.id, ANYONE)).rejects.toThrow('Not Found')
  expect(await ask(node, `select 1 from event_listeners where kind = 'endpoint'`)).toEqual([])
  await node.db.query(`update webhooks set deleted_at = now() - interval '2 minutes'`)
  while (await clearRemoved(node.db)) await Promise.resolve()
  expect(await ask(node, 'select 1 from webhooks')).toEqual([])
})
