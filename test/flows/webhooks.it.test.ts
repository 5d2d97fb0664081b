import { once } from 'node:events'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { describe, expect, test } from 'vitest'
import type { Sink } from '../../src/fakes/sink.ts'
import { ANYONE } from '../../src/domain/caller.ts'
import { WEBHOOK_WAITS_SECONDS } from '../../src/domain/webhooks/webhook-attempt.ts'
import type { OutboundCall } from '../../src/flows/webhooks/webhook-try.ts'
import { fanOut } from '../../src/store/webhooks/webhook-work.ts'
import { until } from '../support/until.ts'
import { ask, happen, headersOf, passed, settled, statusesOf, useWebhookStage } from './webhook-rig.ts'

const { rig, sink, atEnd } = useWebhookStage()

describe('what is received', () => {
  test('is what two libraries of Standard Webhooks take for genuine, and nothing that differs from it is', async () => {
    const [node, receiver] = [await rig(), await sink()]
    const { secret } = await node.make({ url: `${receiver.url}/in` })
    await happen(node.db, 'sms.delivered')
    const call = await until(() => receiver.calls()[0])
    const headers = headersOf(call)
    const forged = Buffer.from('another secret of 24 bytes').toString('base64')
    for (const Judge of [StandardWebhook, SvixWebhook]) {
      expect(new Judge(secret).verify(call.body, headers)).toMatchObject({ type: 'test' })
      const wrong: readonly [string, Record<string, string>, string][] = [
        [call.body.replace('test', 'tset'), headers, secret],
        [call.body, { ...headers, 'webhook-id': `${headers['webhook-id']}1` }, secret],
        [call.body, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) }, secret],
        [call.body, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 301) }, secret],
        [call.body, { ...headers, 'webhook-signature': 'v1,AAAA' }, secret],
        [call.body, headers, `whsec_${forged}`],
      ]
      for (const [body, sent, key] of wrong) expect(() => new Judge(key).verify(body, sent)).toThrow()
    }
  })

  test('bears two signatures while a secret is replaced, and one when that is over', async () => {
    const [node, receiver] = [await rig(), await sink()]
    const { secret: former, record } = await node.make({ url: receiver.url })
    const { secret } = await node.webhooks.rotate(record.id, 3_600, ANYONE)
    await happen(node.db, 'sms.sent')
    const both = await until(() => receiver.calls()[0])
    for (const key of [former, secret]) new StandardWebhook(key).verify(both.body, headersOf(both))
    await node.db.query(`update webhooks set old_secret_until = now()`)
    await happen(node.db, 'sms.sent')
    const one = await until(() => receiver.calls()[1])
    new SvixWebhook(secret).verify(one.body, headersOf(one))
    expect(() => new StandardWebhook(former).verify(one.body, headersOf(one))).toThrow()
    expect(headersOf(one)['webhook-signature']?.split(' ')).toHaveLength(1)
  })
})

describe('a webhook that fails', () => {
  test('is tried at once and nine times more on the schedule to the second, and then is a dead letter', async () => {
    let answers = 0
    const outbound = async () => ({
      kind: 'answered' as const,
      status: (answers += 1) && 500,
      headers: {},
      excerpt: '',
    })
    const node = await rig({ outbound })
    await node.make({ url: 'http://127.0.0.1:2000/' })
    await happen(node.db, 'sms.failed')
    const waits: unknown[] = []
    for (const [index] of WEBHOOK_WAITS_SECONDS.entries()) {
      await until(
        async () => (await ask(node, 'select 1 from webhook_attempts where number = $1', index + 1)).length > 0,
      )
      const [row] = await ask(
        node,
        `select d.status, extract(epoch from d.next_at - d.updated_at)::float8 as wait
          from webhook_deliveries d join webhook_attempts a on a.delivery_id = d.id and a.number = $1`,
        index + 1,
      )
      waits.push(row?.['wait'] ?? row?.['status'])
      // Time goes on.
      await node.db.query('update webhook_deliveries set next_at = now() where next_at is not null')
      node.sending.hint()
    }
    expect(waits).toEqual([...WEBHOOK_WAITS_SECONDS.slice(1), 'failed'])
    expect(answers).toBe(10)
  })

  test('and asks for time, is given it, for all that waits for it', async () => {
    const [node, receiver] = [await rig(), await sink()]
    await node.make({ url: `${receiver.url}/429?retry-after=1800` })
    await happen(node.db, 'sms.sent')
    await settled(node, 1)
    const [row] = await ask(
      node,
      `select extract(epoch from next_at - updated_at)::float8 as wait from webhook_deliveries`,
    )
    expect(row).toEqual({ wait: 1_800 })
    await happen(node.db, 'sms.sent')
    await until(async () => (await statusesOf(node)).length === 2)
    expect(await ask(node, `select 1 from webhooks where not_before > now() + interval '20 minutes'`)).toHaveLength(1)
    expect(receiver.calls()).toHaveLength(1)
  })

  test('and leads elsewhere is not followed', async () => {
    const [node, other, receiver] = [await rig(), await sink(), await sink()]
    await node.make({ url: `${receiver.url}/redirect?to=${encodeURIComponent(other.url)}` })
    await happen(node.db, 'sms.sent')
    await settled(node, 1)
    expect(await ask(node, 'select status from webhook_attempts')).toEqual([{ status: 302 }])
    expect(other.calls()).toEqual([])
  })

  test('with 410 is disabled at once, which is an event of its own, and nothing more is sent there', async () => {
    const [node, receiver] = [await rig(), await sink()]
    const { record } = await node.make({ url: `${receiver.url}/410`, types: ['sms.failed'] })
    await node.make({ url: `${receiver.url}/watch`, types: ['webhook.disabled'] })
    await happen(node.db, 'sms.failed')
    await until(() => receiver.calls().find(({ path }) => path === '/watch'))
    const [event] = await ask(node, `select endpoint_id, reason from events where type = 'webhook.disabled'`)
    expect(event).toEqual({ endpoint_id: record.id, reason: 'gone' })
    await happen(node.db, 'sms.failed')
    await happen(node.db, 'webhook.disabled')
    await until(() => receiver.calls().filter(({ path }) => path === '/watch').length === 2)
    expect(receiver.calls().filter(({ path }) => path === '/410')).toHaveLength(1)
    expect(await ask(node, 'select status from webhook_deliveries where webhook_id = $1', record.id)).toHaveLength(1)
  })

  test('for 120 hours is disabled, not an hour before, and enabled again it begins anew', async () => {
    const [node, receiver] = [await rig(), await sink()]
    const { record } = await node.make({ url: `${receiver.url}/500`, types: ['sms.failed'] })
    const reasonAfter = async (age: string): Promise<unknown> => {
      await node.db.query(`update webhooks set failing_since = now() - $1::interval`, [age])
      const before = await ask(node, 'select 1 from webhook_attempts')
      await happen(node.db, 'sms.failed')
      await until(async () => (await ask(node, 'select 1 from webhook_attempts')).length > before.length)
      return (await ask(node, 'select disabled_reason as reason from webhooks'))[0]?.['reason']
    }
    expect(await reasonAfter('119 hours')).toBeNull()
    expect(await reasonAfter('120 hours')).toBe('failing')
    const enabled = await node.webhooks.change(record.id, { enabled: true, url: `${receiver.url}/ok` }, ANYONE)
    expect(enabled).toMatchObject({ disabledAt: null, disabledReason: null, failingSince: null })
    await node.db.query('update webhook_deliveries set next_at = now() where next_at is not null')
    await until(() => receiver.calls().filter(({ path }) => path === '/ok').length === 2)
  })

  test('is tried again with the id it had and the time of the try, and signed for that', async () => {
    const [node, receiver] = [await rig(), await sink()]
    const { secret } = await node.make({ url: `${receiver.url}/500?times=1` })
    await happen(node.db, 'sms.sent')
    await settled(node, 1)
    await node.db.query(`update webhook_deliveries set next_at = now()`)
    const calls = await until(() => receiver.calls().length === 2 && receiver.calls())
    for (const call of calls) new StandardWebhook(secret).verify(call.body, headersOf(call))
    expect(calls[1]?.headers['webhook-id']).toBe(calls[0]?.headers['webhook-id'])
    expect(calls[1]?.body).toBe(calls[0]?.body)
    await until(async () => (await statusesOf(node))[0] === 'delivered')
    expect(await ask(node, 'select number, status from webhook_attempts order by number')).toEqual([
      { number: 1, status: 500 },
      { number: 2, status: 200 },
    ])
  })
})

describe('each event', () => {
  /** Events that are still to be handed out. */
  const BEHIND = `select 1 from events e where (e.xid, e.id) > (select xid, id from webhook_cursor)`
  const idsOf = (receiver: Sink): unknown[] => receiver.calls().map(({ headers }) => headers['webhook-id'])

  test('comes to a good receiver while twenty others keep their calls waiting', async () => {
    const ending = new AbortController()
    atEnd(async () => ending.abort())
    const came: string[] = []
    const outbound: OutboundCall = async ({ pathname }, { signal }) => {
      came.push(pathname)
      if (pathname !== '/good' && !ending.signal.aborted) await once(AbortSignal.any([signal, ending.signal]), 'abort')
      return { kind: 'answered', status: 200, headers: {}, excerpt: '' }
    }
    const node = await rig({ outbound })
    for (let number = 0; number < 20; number += 1) await node.make({ url: `http://127.0.0.1:8080/slow/${number}` })
    await node.make({ url: 'http://127.0.0.1:8080/good' })
    await happen(node.db, 'sms.sent', 30)
    await until(() => came.filter((path) => path === '/good').length === 30 && new Set(came).size === 21, 60_000)
    expect(came).toHaveLength(50)
    ending.abort()
  })

  test('comes once to each webhook, however many nodes there are', async () => {
    const receiver = await sink()
    const nodes = [await rig(), await rig(), await rig()]
    const [first] = nodes
    if (first === undefined) throw new Error('there is no node')
    await first.make({ url: `${receiver.url}/a`, types: ['sms.sent'] })
    await first.make({ url: `${receiver.url}/b` })
    for (let round = 0; round < 10; round += 1) await happen(first.db, round % 2 === 0 ? 'sms.sent' : 'sms.failed', 10)
    await until(async () => (await statusesOf(first)).filter((status) => status === 'delivered').length === 150)
    for (const [path, count] of [
      ['/a', 50],
      ['/b', 100],
    ] as const) {
      const ids = receiver.calls().flatMap((call) => (call.path === path ? [call.headers['webhook-id']] : []))
      expect([ids.length, new Set(ids).size]).toEqual([count, count])
    }
  })

  test('that was committed while another transaction was open is not passed over when that ends', async () => {
    const [node, receiver] = [await rig(), await sink()]
    await node.make({ url: receiver.url })
    const slow = await node.db.connect()
    await slow.query('begin')
    await slow.query('set local idle_in_transaction_session_timeout = 0')
    await slow.query(`insert into events (type) values ('sms.failed')`)
    await happen(node.db, 'sms.sent', 3)
    await fanOut(node.db, 100)
    expect(await statusesOf(node)).toEqual([])
    await slow.query('commit')
    slow.release()
    await until(() => receiver.calls().length === 4)
    expect(new Set(idsOf(receiver)).size).toBe(4)
  })

  test('of before a webhook is not for it', async () => {
    const [node, receiver] = [await rig(), await sink()]
    await node.make({ url: `${receiver.url}/old`, types: ['sms.sent'] })
    await happen(node.db, 'sms.sent', 3)
    await node.make({ url: `${receiver.url}/new` })
    await happen(node.db, 'sms.sent', 1)
    await until(async () => (await statusesOf(node)).filter((status) => status === 'delivered').length === 5)
    expect(receiver.calls().filter(({ path }) => path === '/new')).toHaveLength(1)
  })

  test('of while a webhook is disabled is not for it, and those after it was enabled again come at once', async () => {
    const [node, receiver] = [await rig(), await sink()]
    const { record } = await node.make({ url: receiver.url })
    await node.webhooks.change(record.id, { enabled: false }, ANYONE)
    await happen(node.db, 'sms.sent', 3)
    await passed(node)
    await node.webhooks.change(record.id, { enabled: true }, ANYONE)
    expect(await ask(node, BEHIND)).toEqual([])
    await happen(node.db, 'sms.failed')
    await until(async () => (await statusesOf(node))[0] === 'delivered')
    await passed(node)
    expect(await ask(node, 'select type from webhook_deliveries')).toEqual([{ type: 'sms.failed' }])
  })

  test('of while the only webhook is disabled are not gone through for a new one', async () => {
    const [node, receiver] = [await rig(), await sink()]
    const { record } = await node.make({ url: receiver.url })
    await node.webhooks.change(record.id, { enabled: false }, ANYONE)
    await happen(node.db, 'sms.sent', 3)
    await passed(node)
    await node.make({ url: receiver.url })
    expect(await ask(node, BEHIND)).toEqual([])
  })

  test('that a node dies over is delivered by another', async () => {
    const receiver = await sink({ rules: [{ times: 5, play: { link: 'hang' } }] })
    const dying = await rig()
    for (let number = 0; number < 5; number += 1) await dying.make({ url: `${receiver.url}/${number}` })
    await happen(dying.db, 'sms.sent')
    await until(() => receiver.calls().length === 5)
    await dying.die()
    const other = await rig()
    await until(async () => (await statusesOf(other)).every((status) => status === 'delivered'))
    expect(new Set(receiver.calls().map(({ path }) => path)).size).toBe(5)
    expect(receiver.calls()).toHaveLength(10)
  })
})
