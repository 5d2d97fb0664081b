import { expect, test } from 'vitest'
import type { Msisdn } from '../../src/domain/contact.ts'
import { failure } from '../../src/domain/failure.ts'
import { ACCEPTED, ask, CONTACT, message, refused, scripted, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const { start, kill, close } = useNodes()

async function row(node: TestNode, id: number | null): Promise<Record<string, unknown>> {
  const statement = `select m.*, c.contact from messages m join clients c on c.id = m.client_id where m.id = $1`
  return (await ask(node, statement, [id]))[0] ?? {}
}

async function attempts(node: TestNode, id: number | null): Promise<Record<string, unknown>[]> {
  return ask(node, `select * from attempts where message_id = $1 order by number`, [id])
}

test('an accepted message is submitted once and its outcome is kept', async () => {
  const submitted: number[] = []
  const node = await start({ sms: [scripted((sms) => (submitted.push(sms.messageId), ACCEPTED))] })
  const id = await node.delivery.intake.addSms(message())
  await until(async () => (await row(node, id))['status'] === 'sent')
  expect(submitted).toEqual([id])
  expect(await row(node, id)).toMatchObject({
    provider_message_id: 'theirs',
    attempt: 1,
    owner: null,
    started_at: null,
  })
  expect(await attempts(node, id)).toMatchObject([{ number: 1, status: 'sent', provider_message_id: 'theirs' }])
})

test('concurrent accepts to one new contact make one client', async () => {
  const [a, b] = [await start({ sms: [scripted(() => ACCEPTED)] }), await start({ sms: [scripted(() => ACCEPTED)] })]
  const ids = await Promise.all(
    Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? a : b).delivery.intake.addSms(message())),
  )
  expect(new Set(ids).size).toBe(200)
  expect(await ask(a, `select contact from clients`)).toEqual([{ contact: CONTACT }])
})

test('a transient refusal is tried again after the wait it asked for, a permanent one is not', async () => {
  const seen: string[] = []
  const node = await start({
    sms: [
      scripted((sms) => {
        seen.push(`${sms.text} ${sms.attempt}`)
        if (sms.text === 'no') return refused(failure('permanent', 'invalid_number', { code: '21211' }))
        return sms.attempt === 1 ? refused(failure('transient', 'busy', { waitsMs: [50] })) : ACCEPTED
      }),
    ],
  })
  const later = await node.delivery.intake.addSms(message({ body: 'later' }))
  const never = await node.delivery.intake.addSms(message({ body: 'no' }))
  await until(async () => (await row(node, later))['status'] === 'sent')
  await until(async () => (await row(node, never))['status'] === 'failed')
  expect(seen.toSorted()).toEqual(['later 1', 'later 2', 'no 1'])
  expect(await attempts(node, later)).toMatchObject([{ status: 'failed', reason: 'busy' }, { status: 'sent' }])
  expect(await attempts(node, never)).toMatchObject([{ status: 'failed', reason: 'invalid_number', code: '21211' }])
  expect(await ask(node, `select id from due`)).toEqual([])
})

test('a throttled message costs no attempt and pauses its provider', async () => {
  const times: number[] = []
  const node = await start({
    sms: [
      scripted((sms) => {
        times.push(performance.now())
        return sms.attempt === 1 ? refused(failure('throttled', 'rate_limited', { waitMs: 300 })) : ACCEPTED
      }),
    ],
  })
  const id = await node.delivery.intake.addSms(message())
  await until(async () => (await row(node, id))['status'] === 'sent')
  expect(await row(node, id)).toMatchObject({ attempts_counted: 1, attempt: 2 })
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(299)
})

test('a message past its validity is not sent', async () => {
  let submitted = 0
  const node = await start({
    sms: [scripted(() => (submitted++, refused(failure('transient', 'busy', { waitsMs: [900, 900, 900] }))))],
  })
  const id = await node.delivery.intake.addSms(message({ ttlSeconds: 2 }))
  await until(async () => (await row(node, id))['status'] === 'expired')
  expect(submitted).toBeLessThanOrEqual(3)
})

test('what may have been sent is not sent again unless its message says so', async () => {
  const seen: string[] = []
  const node = await start({
    sms: [scripted((sms) => (seen.push(sms.text), refused(failure('uncertain', 'timeout'))))],
  })
  const id = await node.delivery.intake.addSms(message({ body: 'once', onUncertain: 'fail' }))
  const again = await node.delivery.intake.addSms(message({ body: 'again', onUncertain: 'retry' }))
  await until(
    async () => (await row(node, id))['status'] === 'uncertain' && (await row(node, again))['status'] === 'uncertain',
  )
  expect(await row(node, id)).toMatchObject({ uncertain_attempts: 1, reason: 'timeout', owner: null })
  const { rows } = await node.db.query(
    `select message_id, action, run_at > a.finished_at + interval '5 seconds' as later from due join attempts a using (message_id)`,
  )
  expect(rows).toEqual([{ message_id: again, action: 'send', later: true }])
  expect(seen.toSorted()).toEqual(['again', 'once'])
})

test('a node that dies leaves what it had not started to the others, and marks as uncertain what it had', async () => {
  const stuck = await start({ sms: [scripted(() => new Promise(() => undefined), { window: 2 })] })
  const ids = await Promise.all(
    Array.from({ length: 20 }, () => stuck.delivery.intake.addSms(message({ onUncertain: 'fail' }))),
  )
  await until(async () => stuck.delivery.inFlight() === 2)
  await until(async () => (await stuck.db.query(`select from messages where status = 'sending'`)).rowCount === 2)
  await kill(stuck)
  const submitted: number[] = []
  const healthy = await start({ sms: [scripted((sms) => (submitted.push(sms.messageId), ACCEPTED))] })
  await until(
    async () => (await healthy.db.query(`select from messages where status in ('sent', 'uncertain')`)).rowCount === 20,
  )
  const { rows } = await healthy.db.query(
    `select id from messages where status = 'uncertain' and uncertain_attempts = 1`,
  )
  expect(rows).toHaveLength(2)
  expect(new Set(submitted).size).toBe(18)
  expect(submitted).toHaveLength(18)
  expect(ids.filter((id) => id !== null && submitted.includes(id))).toHaveLength(18)
})

test('a node that was declared dead while it lives goes on under a new mark, and doubles nothing but what was in flight', async () => {
  const submitted: number[] = []
  let answer: () => void = () => undefined
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const provider = scripted(
    async (sms) => {
      submitted.push(sms.messageId)
      if (submitted.length <= 2) await answered
      return ACCEPTED
    },
    { window: 2 },
  )
  const node = await start({ sms: [provider] })
  await Promise.all(Array.from({ length: 20 }, () => node.delivery.intake.addSms(message())))
  await until(() => submitted.length === 2)
  const before = node.delivery.lease.owner()
  const other = await start({})
  await ask(other, `update nodes set ended_at = now() where id = $1`, [before])
  await until(() => node.delivery.lease.owner() !== before)
  await until(async () => (await ask(other, `select from messages where owner = $1`, [before])).length === 0)
  answer()
  await until(
    async () => (await ask(other, `select from messages where status in ('sent', 'uncertain')`)).length === 20,
  )
  expect(submitted).toHaveLength(20)
  expect(new Set(submitted).size).toBe(20)
  const doubtful = await ask(other, `select id from messages where uncertain_attempts > 0 order by id`)
  expect(doubtful.map((one) => one['id'])).toEqual(submitted.slice(0, 2).toSorted((a, b) => a - b))
  await until(() => node.delivery.inFlight() === 0)
  expect(await ask(other, `select from due`)).toEqual([])
})

test('closing hands over what waits and lets what is in flight end', async () => {
  const first: number[] = []
  let answer: () => void = () => undefined
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const closing = await start({
    sms: [
      scripted(
        async (sms) => {
          first.push(sms.messageId)
          await answered
          return ACCEPTED
        },
        { window: 2 },
      ),
    ],
  })
  await Promise.all(Array.from({ length: 30 }, () => closing.delivery.intake.addSms(message())))
  await until(() => first.length >= 2)
  const watcher = await start({})
  const closed = close(closing)
  // What waited has left its hands while two are still in flight.
  await until(async () => (await ask(watcher, `select from due where owner is null`)).length === 28)
  answer()
  await closed
  const second: number[] = []
  const next = await start({ sms: [scripted((sms) => (second.push(sms.messageId), ACCEPTED))] })
  await until(async () => (await next.db.query(`select from messages where status = 'sent'`)).rowCount === 30)
  expect(new Set([...first, ...second]).size).toBe(30)
  expect(first.length + second.length).toBe(30)
  expect((await next.db.query(`select from messages where uncertain_attempts > 0`)).rowCount).toBe(0)
})

test('a row that its node lost sight of is found again', async () => {
  const submitted: number[] = []
  const node = await start({ sms: [scripted((sms) => (submitted.push(sms.messageId), ACCEPTED))] })
  // As after a COMMIT whose answer was lost: the row is this node's, and the node does not know it.
  const [lost] = await ask(
    node,
    `with c as (insert into clients (contact) values ('+15005550006') returning id)
     insert into messages (client_id, subject, body, provider, owner, updated_at)
     select id, 's', 'b', 'scripted', $1, now() - interval '1 minute' from c returning id`,
    [node.delivery.lease.owner()],
  )
  const id = Number(lost?.['id'])
  await until(async () => (await row(node, id))['status'] === 'sent')
  expect(submitted).toEqual([id])
})

test('more than a lane holds waits in the database and is sent all the same', async () => {
  let submitted = 0
  const node = await start({ sms: [scripted(() => (submitted++, ACCEPTED), { window: 1 })] })
  await Promise.all(Array.from({ length: 300 }, () => node.delivery.intake.addSms(message())))
  await until(async () => (await node.db.query(`select from messages where status = 'sent'`)).rowCount === 300)
  expect(submitted).toBe(300)
  expect((await node.db.query(`select from due`)).rowCount).toBe(0)
})

test('a message for later leaves at its time, not before, and its validity counts from there', async () => {
  const node = await start({ sms: [scripted(() => ACCEPTED)] })
  const add = (sendAt: Date): Promise<number | null> => {
    const extras = { sendAt, template: null, resentFrom: null, redirectedTo: null }
    return node.delivery.intake.addSms(message({ ttlSeconds: 60, extras }))
  }
  const sendAt = new Date(Date.now() + 3_600_000)
  const planned = await row(node, await add(sendAt))
  expect(planned).toMatchObject({ status: 'scheduled', owner: null, send_at: sendAt })
  expect(planned['expires_at']).toEqual(new Date(sendAt.getTime() + 60_000))
  const id = await add(new Date(Date.now() + 1_500))
  await until(async () => (await row(node, id))['status'] === 'sent')
  const early = `select from attempts a join messages m on m.id = a.message_id where a.started_at < m.send_at`
  expect(await ask(node, early)).toEqual([])
})

test('a time that has passed by the clock of the database is now', async () => {
  const node = await start({ sms: [scripted(() => ACCEPTED)] })
  const extras = { sendAt: new Date(Date.now() - 30_000), template: null, resentFrom: null, redirectedTo: null }
  const id = await node.delivery.intake.addSms(message({ extras }))
  await until(async () => (await row(node, id))['status'] === 'sent')
})

test('who is redirected to has the message, and its contact is kept', async () => {
  const seen: string[] = []
  const node = await start({ sms: [scripted((sms) => (seen.push(sms.contact), ACCEPTED))] })
  const extras = { sendAt: null, template: null, resentFrom: null, redirectedTo: '+15005550006' as Msisdn }
  const now = await node.delivery.intake.addSms(message({ extras }))
  const later = await node.delivery.intake.addSms(message({ extras: { ...extras, sendAt: new Date() } }))
  for (const id of [now, later]) await until(async () => (await row(node, id))['status'] === 'sent')
  expect(seen).toEqual(['+15005550006', '+15005550006'])
  expect(await row(node, now)).toMatchObject({ contact: CONTACT, redirected_to: '+15005550006' })
})
