import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ask } from '../support/node.ts'
import { until } from '../support/until.ts'
import { call, follow, push, send, someone, type Answer } from './inbox-calls.ts'
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

describe('a captured SMS plays a life', () => {
  const play = (id: string, life: string, headers = {}): Promise<Answer> =>
    call(app, 'POST', `/inbox/${id}/play`, { life }, headers)

  async function statusOf(id: number): Promise<Record<string, unknown>> {
    const [row = {}] = await ask(
      app.node,
      `select m.status, m.reason, m.attempt, m.uncertain_attempts, a.status as "attemptStatus", a.reason as "attemptReason"
      from messages m join attempts a on a.message_id = m.id and a.number = m.attempt where m.id = $1`,
      [id],
    )
    return row
  }

  test.each([
    ['delivered', 'sent', { status: 'delivered', reason: null, attemptStatus: 'delivered' }],
    ['late', 'sent', { status: 'delivered', reason: null, attemptStatus: 'delivered' }],
    [
      'phone_off',
      'sent',
      { status: 'undelivered', reason: 'unreachable', attemptStatus: 'undelivered', attemptReason: 'unreachable' },
    ],
    [
      'blocked',
      'sent',
      { status: 'undelivered', reason: 'blocked', attemptStatus: 'undelivered', attemptReason: 'blocked' },
    ],
    ['refused', 'failed', { status: 'failed', reason: 'invalid_number', attemptStatus: 'failed' }],
    ['uncertain', 'uncertain', { status: 'uncertain', reason: 'timeout', uncertain_attempts: 1 }],
  ])('%s: first %s, then as a provider would report it', async (life, first, end) => {
    const id = await send(app, someone(), 'Hello')
    const begun = await play(`sms_${id}`, life)
    expect(begun.status).toBe(200)
    const { id: played, status } = begun.body['data'] as { id: string; status: string }
    expect(played).toBe(`sms_${id}`)
    // On a slow machine the report may be there by now.
    expect([first, end.status]).toContain(status)
    const reached = await until(async () => {
      const row = await statusOf(id)
      return row['status'] === end.status ? row : null
    }, 60_000)
    expect(reached).toMatchObject({ ...end, attempt: 2 })
  })

  test('those who look on are told on every node, and it can be played again once it has ended', async () => {
    const reader = await follow(other)
    const id = await send(app, someone(), 'Hello')
    const mine = (): unknown[] =>
      reader.events.filter(({ data }) => data['id'] === `sms_${id}`).map(({ data }) => data['status'])
    await until(() => mine().includes('captured'))
    await play(`sms_${id}`, 'phone_off')
    await until(() => mine().includes('undelivered'))
    expect((await play(`sms_${id}`, 'delivered')).status).toBe(200)
    await until(() => mine().includes('delivered'))
    expect((await statusOf(id))['attempt']).toBe(3)
    reader.stop()
  })

  test('what cannot play is refused, and nothing is changed', async () => {
    const id = await send(app, someone(), 'Hello')
    const pushed = await push(app, 'topic', { topic: 'play' })
    const open = await send(app, someone(), 'Hello')
    const later = `update messages set status = 'sent', updated_at = now() + interval '1 hour' where id = $1`
    await app.node.db.query(later, [open])
    expect((await play(`sms_${open}`, 'delivered')).body).toMatchObject({ error: 409, code: 'not_playable' })
    expect((await play(`push_${pushed}`, 'delivered')).body).toMatchObject({ error: 409, code: 'not_playable' })
    for (const missing of ['sms_999999', 'push_999999', 'sms_0', 'sms_x', '12', 'sms_99999999999999999']) {
      expect((await play(missing, 'delivered')).body).toMatchObject({ error: 404, message: 'Not Found' })
    }
    expect((await play(`sms_${id}`, 'phone-off')).body).toMatchObject({
      code: 'invalid_request',
      details: [{ suggestion: 'phone_off' }],
    })
    expect((await call(app, 'POST', `/inbox/sms_${id}/play`, {})).status).toBe(400)
    await app.node.db.query(`update messages set provider = 'twilio' where id = $1`, [id])
    expect((await play(`sms_${id}`, 'delivered')).status).toBe(404)
    expect(await statusOf(id)).toMatchObject({ status: 'captured', attempt: 1 })
  })

  test('pages of other sites cannot have it played', async () => {
    const id = await send(app, someone(), 'Hello')
    const foreign = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://example.com' },
    ]
    for (const headers of foreign) {
      expect((await play(`sms_${id}`, 'delivered', headers)).body).toMatchObject({ error: 403, code: 'cross_site' })
    }
    const ours = [{ 'sec-fetch-site': 'same-origin' }, { origin: app.url }]
    expect((await play(`sms_${id}`, 'refused', ours[0])).status).toBe(200)
    expect((await play(`sms_${id}`, 'refused', ours[1])).status).toBe(200)
  })
})

describe('captured messages are deleted', () => {
  const remove = (query: string, headers = {}): Promise<Answer> =>
    call(app, 'DELETE', `/inbox${query}`, undefined, headers)

  test('by tag and by recipient, with everything that belongs to them, and those who look on are told', async () => {
    const reader = await follow(other)
    const [tag, to, kept] = [`gone ${someone()}`, someone(), someone()]
    const ids = [await send(app, to, 'one', { tag }), await send(other, to, 'two', { tag })]
    await send(app, to, 'three')
    await send(app, kept, 'four')
    const pushed = await push(app, 'tokens', { tokens: ['gone-1', 'gone-2'] }, { tag })
    const alone = await push(app, 'tokens', { tokens: ['gone-1'] })
    expect((await remove(`?tag=${encodeURIComponent(tag)}`)).body).toEqual({ success: true, deleted: 3 })
    expect(await ask(app.node, 'select number from attempts where message_id = any ($1)', [ids])).toEqual([])
    expect(await ask(app.node, 'select id from push_chunks where notification_id = $1', [pushed])).toEqual([])
    expect(await ask(app.node, 'select id from tokennotifications where notification_id = $1', [pushed])).toEqual([])
    expect((await call(app, 'GET', `/smss/${ids[0]}`)).status).toBe(404)
    await until(() =>
      reader.events.some(({ event, data }) => event === 'deleted' && data['tag'] === tag && data['to'] === null),
    )
    expect((await remove(`?to=${encodeURIComponent(to)}`)).body['deleted']).toBe(1)
    await until(() => reader.events.some(({ event, data }) => event === 'deleted' && data['to'] === to))
    expect((await remove('?to=gone-1')).body['deleted']).toBe(1)
    expect((await call(app, 'GET', `/notifications/${alone}`)).status).toBe(404)
    expect((await remove(`?to=${encodeURIComponent(kept)}`)).body['deleted']).toBe(1)
    reader.stop()
  })

  test('never what was sent for real, nor what is on its way', async () => {
    const tag = `kept ${someone()}`
    const real = await send(app, someone(), 'real', { tag })
    const due = await send(app, someone(), 'due', { tag })
    const held = await send(app, someone(), 'held', { tag })
    const news = await push(app, 'topic', { topic: 'kept' }, { tag })
    const open = await push(app, 'topic', { topic: 'kept' }, { tag })
    const { db } = app.node
    await db.query(`update messages set provider = 'twilio' where id = $1`, [real])
    await db.query(`update messages set owner = 4711 where id = $1`, [held])
    await db.query(
      `insert into due (message_id, lane, action, run_at, expires_at) values ($1, 'x', 'send', now() + interval '1 hour', now() + interval '1 hour')`,
      [due],
    )
    await db.query(`update notifications set provider = 'fcm' where id = $1`, [news])
    await db.query(`update push_chunks set done_at = null where notification_id = $1`, [open])
    expect((await remove(`?tag=${encodeURIComponent(tag)}`)).body).toEqual({ success: true, deleted: 0 })
    for (const id of [real, due, held]) expect((await call(app, 'GET', `/smss/${id}`)).status).toBe(200)
    for (const id of [news, open]) expect((await call(app, 'GET', `/notifications/${id}`)).status).toBe(200)
  })

  test('all of them, in steps', async () => {
    const { db } = app.node
    await db.query(`insert into messages (client_id, subject, body, status)
      select (select min(id) from clients), 'a', 'b', 'captured' from generate_series(1, 2500)`)
    const { rows } = await db.query<{
      count: number
    }>(`select count(*)::integer as count from messages where provider = 'sandbox'
      and owner is null and id not in (select message_id from due)`)
    const { body } = await remove('')
    expect(body['deleted']).toBeGreaterThanOrEqual(rows[0]?.count ?? Infinity)
    expect((await call(app, 'GET', '/inbox?tag=nothing')).body).toMatchObject({ data: [], next: null })
  })

  test.each(['?to=', '?tag=', '?to', '?tag=x&to='])('not all of them by an empty value: %s', async (query) => {
    const id = await send(app, someone(), 'Hello')
    const { status, body } = await remove(query)
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'invalid_request', details: [{ path: query === '?tag=' ? 'tag' : 'to' }] })
    expect((await call(app, 'GET', `/smss/${id}`)).status).toBe(200)
  })

  test('not by pages of other sites, and not with a parameter that is misspelt', async () => {
    const id = await send(app, someone(), 'Hello')
    expect((await remove('', { 'sec-fetch-site': 'cross-site' })).body).toMatchObject({
      error: 403,
      code: 'cross_site',
    })
    expect((await remove('?tags=x')).body).toMatchObject({ code: 'invalid_request', details: [{ suggestion: 'tag' }] })
    expect((await remove('?to=12')).body).toMatchObject({ code: 'invalid_request', details: [{ path: 'to' }] })
    expect((await call(app, 'GET', `/smss/${id}`)).status).toBe(200)
  })
})
