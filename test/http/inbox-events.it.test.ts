import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Msisdn } from '../../src/domain/contact.ts'
import { insertMessages } from '../../src/store/sms/messages.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createGate } from '../support/gate.ts'
import { message } from '../support/node.ts'
import { until } from '../support/until.ts'
import { follow, push, send, someone, type Event } from './inbox-calls.ts'
import { startInboxNode, type InboxNode } from './inbox-node.ts'

let database: TestDatabase
let app: InboxNode
let other: InboxNode

/** Two nodes on one database. */
beforeAll(async () => {
  database = await createTestDatabase()
  ;[app, other] = await Promise.all([startInboxNode(database.url), startInboxNode(database.url)])
})

afterAll(async () => {
  await Promise.all([app.close(), other.close()])
  await database.drop()
})

describe('the events', () => {
  test('a message is told of on every node, whichever took it', async () => {
    const streams = await Promise.all([follow(app), follow(other)])
    const ids = [await send(app, someone(), 'here'), await send(other, someone(), 'there')].map((id) => `sms_${id}`)
    const pushed = `push_${await push(app, 'topic', { topic: 'events' })}`
    for (const { events, stop } of streams) {
      for (const id of [...ids, pushed]) {
        const mine = await until(() => {
          const all = events.filter(({ data }) => data['id'] === id)
          return all.at(-1)?.data['status'] === 'captured' && all
        })
        expect(mine[0]?.event).toBe('message')
      }
      stop()
    }
  })

  test('what plays a life is told of again when it moves on', async () => {
    const { events, stop } = await follow(other)
    // Its receipt is late: it is told of before that.
    const id = await send(app, '+15005550106', 'a life')
    const mine = (): Event[] => events.filter(({ data }) => data['id'] === `sms_${id}`)
    await until(() => mine().some(({ event, data }) => event === 'updated' && data['status'] === 'delivered'), 60_000)
    expect(mine()[0]?.event).toBe('message')
    expect(
      new Set(
        mine()
          .slice(1)
          .map(({ event }) => event),
      ),
    ).toEqual(new Set(['updated']))
    stop()
  })

  test('a batch that commits behind newer messages is told of, however many ids it has', async () => {
    const { events, stop } = await follow(other)
    const told = (id: number): boolean => events.some(({ data }) => data['id'] === `sms_${id}`)
    const gate = createGate()
    const drawn = createGate()
    const rows = Array.from({ length: 3 }, () => ({
      ...message({ contact: someone() as Msisdn, provider: 'sandbox' }),
      place: 'wait' as const,
    }))
    const batch = inTransaction(app.node.db, async (client) => {
      await client.query('set local idle_in_transaction_session_timeout = 0')
      const made = await insertMessages(client, app.node.delivery.lease.owner(), rows)
      await client.query(`select count(nextval('messages_id_seq')) from generate_series(1, 9000)`)
      drawn.open()
      await gate.opened
      return made.map((one) => one?.id ?? 0)
    })
    await drawn.opened
    const newer = await send(app, someone(), 'newer')
    await until(() => told(newer))
    gate.open()
    const ids = await batch
    expect(Math.max(...ids)).toBeLessThan(newer - 5_000)
    await until(() => ids.every(told))
    stop()
  })

  test('a reader who comes back with his last event is told what he missed', async () => {
    const first = await follow(app)
    const seen = await send(app, someone(), 'seen')
    const last = await until(() => first.events.find(({ data }) => data['id'] === `sms_${seen}`))
    first.stop()
    const missed = await send(other, someone(), 'missed')
    const again = await follow(app, { 'last-event-id': last.id })
    await until(() => again.events.some(({ data }) => data['id'] === `sms_${missed}`))
    again.stop()
  })
})
