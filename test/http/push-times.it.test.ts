import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import { insertFallbacks } from '../../src/store/push/fallbacks.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { ask } from '../support/node.ts'
import { until } from '../support/until.ts'
import {
  call,
  deliveries,
  read,
  register,
  tokensOf,
  usePartsNodes,
  type Body,
  type PartsNode,
} from './push-parts-node.ts'

const { start } = usePartsNodes()

const PUSH = { title: 'Hello', body: 'There' }

/** The whole minutes of the day by UTC, so long from now. */
function minuteIn(hours: number): number {
  const at = new Date(Date.now() + hours * 3_600_000)
  return at.getUTCHours() * 60 + at.getUTCMinutes()
}

/** Night in UTC, and day nine hours east of it. */
const nightNow = () => ({ from: minuteIn(-2), until: minuteIn(3) })

test('at an hour of their own clocks devices are served by their zones, and their validity counts from there', async () => {
  const one = await start()
  const [tokyo = '', cairo = '', nowhere = ''] = tokensOf(3)
  await register(one.node, [
    { token: tokyo, zone: 'Asia/Tokyo', contact: '+201009129288' },
    { token: cairo, contact: '+201009129288' },
  ])
  const year = new Date().getUTCFullYear()
  // Within the next year, and no zone's clocks are changed in January.
  const day = `${new Date().getUTCMonth() === 0 ? year : year + 1}-01-${new Date().getUTCMonth() === 0 ? 31 : 15}`
  const sendAt = `${day}T18:00`
  const made = await call(one, 'POST', '/notifications/tokens', {
    ...{ ...PUSH, tokens: tokensOf(3), send_at: sendAt, local: true, ttl: 60 },
  })
  expect(made).toMatchObject({ http: 200, status: 'scheduled' })
  const data = await read(one, made)
  const at = (hour: string) => `${day}T${hour}:00:00.000Z`
  expect(data).toMatchObject({ status: 'scheduled', counts: { scheduled: 3 }, send_at: at('09') })
  expect(data['waits']).toEqual(
    ['09', '16', '18'].map((hour) => ({ reason: 'scheduled', until: at(hour), targets: 1 })),
  )
  const rows = await ask(
    one.node,
    `select extract(epoch from c.expires_at - c.run_at)::integer as seconds, n.expires_at >= max(c.expires_at) over () as last
     from push_chunks c join notifications n on n.id = c.notification_id`,
  )
  expect(rows).toEqual([1, 2, 3].map(() => ({ seconds: 60, last: true })))
  await ask(one.node, `update push_chunks set run_at = now(), leaves_at = now() where run_at = $1`, [at('16')])
  await until(() => one.sent.length === 1)
  expect(one.sent[0]?.token).toBe(cairo)
  await until(async () => {
    const { counts } = await read(one, made)
    return JSON.stringify(counts) === JSON.stringify({ sent: 1, scheduled: 2 })
  })
  expect(
    await call(one, 'POST', '/notifications/topic', { ...PUSH, topic: 'n', send_at: sendAt, local: true }),
  ).toMatchObject({ http: 400, details: [{ path: 'local' }] })
  expect(nowhere).not.toBe('')
})

test('marketing waits for the morning of each device, is looked at again before it leaves, and never goes early', async () => {
  const ahead = { ms: 0 }
  const one = await start({ quietHours: nightNow(), ahead })
  const [asleep = '', awake = '', nowhere = ''] = tokensOf(3)
  await register(one.node, [
    { token: asleep, zone: 'UTC' },
    { token: awake, zone: 'Asia/Tokyo' },
  ])
  const offer = { ...PUSH, tokens: tokensOf(3), category: 'marketing' }
  const dry = (await call(one, 'POST', '/notifications/tokens', { ...offer, dry_run: true }))['data'] as Body
  expect(dry['waits']).toMatchObject([
    { reason: 'quiet_hours', message: expect.stringContaining('One device') as string },
  ])
  const made = await call(one, 'POST', '/notifications/tokens', offer)
  await until(() => one.sent.length === 2)
  expect(one.sent.map(({ token }) => token).toSorted()).toEqual([awake, nowhere].toSorted())
  const waiting = await until(async () => {
    const data = await read(one, made)
    return (data['counts'] as Body)['sent'] === 2 ? data : null
  })
  expect(waiting).toMatchObject({
    ...{ status: 'scheduled', reason: 'quiet_hours', counts: { sent: 2, scheduled: 1 } },
    waits: [{ reason: 'quiet_hours', targets: 1 }],
  })
  // As if a node had been busy with it all evening.
  await ask(one.node, `update push_chunks set run_at = now(), leaves_at = now() where done_at is null`)
  const held = await until(async () => {
    const [row] = await ask(
      one.node,
      `select attempts_counted, quiet, extract(epoch from run_at - now()) > 7200 as later from push_chunks where attempt = 2`,
    )
    return row
  })
  expect(held).toEqual({ attempts_counted: 0, quiet: true, later: true })
  expect(await read(one, made)).toMatchObject({ status: 'queued', reason: 'quiet_hours' })
  expect(one.sent).toHaveLength(2)
  ahead.ms = 4 * 3_600_000
  await ask(one.node, `update push_chunks set run_at = now() where done_at is null`)
  await until(() => one.sent.length === 3)
})

test('codes and transactional pushes wait for nobody’s morning', async () => {
  const one = await start({ quietHours: nightNow() })
  const [asleep = ''] = tokensOf(1)
  await register(one.node, [{ token: asleep, zone: 'UTC' }])
  const offer = await call(one, 'POST', '/notifications/tokens', { ...PUSH, tokens: [asleep], category: 'marketing' })
  expect(offer).toMatchObject({ status: 'scheduled', quiet_hours_until: (await read(one, offer))['send_at'] })
  for (const category of ['otp', 'transactional']) {
    await call(one, 'POST', '/notifications/tokens', { ...PUSH, tokens: [asleep], category })
  }
  await until(() => one.sent.length === 2)
})

test('caps count a push once for a person, with his SMS, over two nodes; who is above is left out, with the reason of SMS', async () => {
  const caps = { mode: 'enforce', perTenMinutes: 2 } as const
  const [one, other] = [await start({ caps }), await start({ caps })]
  const [phone = '', tablet = '', stranger = ''] = tokensOf(3)
  await register(one.node, [
    { token: phone, contact: '+15005550006' },
    { token: tablet, contact: '+15005550006' },
  ])
  const send = (node: PartsNode, more: object = {}) =>
    call(node, 'POST', '/notifications/tokens', { ...PUSH, tokens: tokensOf(3), ...more })
  expect((await send(one))['warnings']).toBeUndefined()
  await send(other)
  const dry = (await send(one, { dry_run: true }))['data'] as Body
  expect(dry['warnings']).toEqual(['2 recipients have been sent as many as the caps allow, and would not get it.'])
  await ask(one.node, `delete from recipient_counts where contact like 'device:%'`)
  const third = await send(one)
  expect(third).toMatchObject({ status: 'queued', targets: 3, warnings: [expect.stringContaining('One recipient')] })
  await until(async () => {
    const { counts } = await read(one, third)
    return JSON.stringify(counts) === JSON.stringify({ sent: 1, suppressed: 2 })
  })
  const capped = { status: 'suppressed', reason: 'recipient_cap' }
  expect(await deliveries(one, third)).toMatchObject([
    { token: phone, ...capped },
    { token: tablet, ...capped },
    { token: stranger, status: 'sent' },
  ])
  const own = await send(one, { tokens: [phone] })
  expect(own).toMatchObject({ http: 200, status: 'suppressed', targets: 1 })
  expect(await ask(one.node, `select cardinality(times) as count from recipient_counts order by contact`)).toEqual([
    { count: 2 },
    { count: 1 },
  ])
})

test('a repeated call counts once for the caps, and is answered as the first', async () => {
  const one = await start({ caps: { mode: 'enforce', perTenMinutes: 3 } })
  const [device = ''] = tokensOf(1)
  const send = (): Promise<Body> =>
    one.app
      .inject({
        ...{ method: 'POST', url: '/notifications/tokens', headers: { 'idempotency-key': 'k' } },
        payload: { ...PUSH, tokens: [device] },
      })
      .then((answer) => answer.json<Body>())
  const [first, second] = [await send(), await send()]
  expect(second).toEqual(first)
  await until(async () => {
    const [row] = await ask(one.node, `select cardinality(times) as count from recipient_counts`)
    return row?.['count'] === 1
  })
})

test('a push of millions has languages, hours and caps as a short one has', async () => {
  const one = await start({ caps: { mode: 'enforce', perTenMinutes: 1 }, quietHours: nightNow() })
  const locales = { en: { title: 'Hello', body: 'There' }, de: { title: 'Hallo', body: 'Du' } }
  await call(one, 'PUT', '/templates/sale', { kind: 'push', default_locale: 'en', locales, variables: {} })
  const [german = '', phone = '', tablet = '', asleep = '', greedy = ''] = tokensOf(5)
  await register(one.node, [
    { token: german, locale: 'de', zone: 'Asia/Tokyo' },
    { token: phone, zone: 'Asia/Tokyo', contact: '+15005550006' },
    { token: tablet, zone: 'Asia/Tokyo', contact: '+15005550006' },
    { token: asleep, zone: 'UTC' },
    { token: greedy, zone: 'Asia/Tokyo' },
  ])
  const [row] = await ask(one.node, `select id from tokens where token = $1`, [greedy])
  await one.rules.pushes.count({ category: 'marketing', recipients: [`device:${Number(row?.['id'])}`] })
  const long = await one.push.openLong({ template: { name: 'sale' }, category: 'marketing', ttl: 60 }, ANYONE)
  await long.add(
    [german, phone].map((value) => ({ kind: 'token', value })),
    0,
  )
  await long.add(
    [tablet, asleep, greedy].map((value) => ({ kind: 'token', value })),
    2,
  )
  const { answer } = await long.accept(null)
  expect(answer.warnings).toEqual(['One recipient has been sent as many as the caps allow, and does not get it.'])
  await until(() => one.sent.length === 3)
  expect(new Map(one.sent.map(({ token, title }) => [token, title]))).toEqual(
    new Map([
      [german, 'Hallo'],
      [phone, 'Hello'],
      [tablet, 'Hello'],
    ]),
  )
  const made = { notification_id: answer.notification_id }
  await until(async () => ((await read(one, made))['counts'] as Body)['sent'] === 3)
  expect(await read(one, made)).toMatchObject({
    counts: { sent: 3, scheduled: 1, suppressed: 1 },
    wordings: [
      { locale: 'de', targets: 1 },
      { locale: 'en', targets: 3 },
    ],
    waits: [{ reason: 'quiet_hours', targets: 1 }],
  })
  expect(await deliveries(one, made)).toContainEqual(
    expect.objectContaining({ token: greedy, status: 'suppressed', reason: 'recipient_cap' }),
  )
  expect(
    await ask(
      one.node,
      `select extract(epoch from expires_at - run_at)::integer as seconds from push_chunks where quiet`,
    ),
  ).toEqual([{ seconds: 60 }])
})

test('what caps counted for a push of millions that is not stored is given back, once for each person', async () => {
  const one = await start({ caps: { mode: 'enforce', perTenMinutes: 1 } })
  const [phone = '', tablet = '', alone = ''] = tokensOf(3)
  await register(one.node, [
    { token: phone, contact: '+15005550006' },
    { token: tablet, contact: '+15005550006' },
    { token: alone },
  ])
  const open = async () => {
    const long = await one.push.openLong({ ...PUSH, category: 'marketing' }, ANYONE)
    await long.add(
      [phone, tablet, alone].map((value) => ({ kind: 'token', value })),
      0,
    )
    return long
  }
  await ask(one.node, 'alter table push_chunks add constraint none_for_now check (size = 0) not valid')
  await expect((await open()).accept(null)).rejects.toThrow()
  await ask(one.node, 'alter table push_chunks drop constraint none_for_now')
  await until(async () => (await ask(one.node, `select from recipient_counts where times <> '{}'`)).length === 0)
  expect((await (await open()).accept(null)).answer).toMatchObject({ status: 'queued', targets: 3 })
  await until(() => one.sent.length === 3)
  expect((await (await open()).accept(null)).answer).toMatchObject({ status: 'suppressed', targets: 3 })
})

test('the deadline of an SMS that stands in counts from the last of the hours at which devices are sent to', async () => {
  const one = await start()
  const [tokyo = '', london = ''] = tokensOf(2)
  await register(one.node, [
    { token: tokyo, zone: 'Asia/Tokyo' },
    { token: london, zone: 'UTC' },
  ])
  const made = await call(one, 'POST', '/notifications/tokens', {
    ...{ ...PUSH, tokens: [tokyo, london], send_at: sendAtNextYear(), local: true },
  })
  const sms = { contact: '+15005550006', sms: '{}', unless: 'sent', afterSeconds: 60 } as const
  await inTransaction(one.node.db, (client) =>
    insertFallbacks(client, [{ ...sms, notificationId: Number(made['notification_id']) }]),
  )
  expect(
    await ask(
      one.node,
      `select extract(epoch from deadline_at - (select max(run_at) from push_chunks))::integer as seconds from fallbacks`,
    ),
  ).toEqual([{ seconds: 60 }])
})

function sendAtNextYear(): string {
  const now = new Date()
  return now.getUTCMonth() === 0 ? `${now.getUTCFullYear()}-02-15T18:00` : `${now.getUTCFullYear() + 1}-01-15T18:00`
}
