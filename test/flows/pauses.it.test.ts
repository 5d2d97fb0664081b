import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import type { Category } from '../../src/domain/category.ts'
import { createCancels } from '../../src/flows/sending/cancel.ts'
import { createPauses, type Pauses } from '../../src/flows/sending/pauses.ts'
import type { Gate, PushProvider } from '../../src/domain/provider.ts'
import { listBacklog } from '../../src/store/nodes/read-condition.ts'
import { readMessage } from '../../src/store/sms/read-messages.ts'
import { readNotification } from '../../src/store/push/read-notifications.ts'
import { upsertTokens } from '../../src/store/push/tokens.ts'
import { createGate } from '../support/gate.ts'
import { notification } from '../support/notification.ts'
import { ACCEPTED, ask, message, scripted, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const nodes = useNodes()

function pausesOf(node: TestNode): Pauses {
  return createPauses({ db: node.db, providers: ['scripted'], onChange: () => node.delivery.stopsChanged() })
}

async function send(node: TestNode, category: Category = 'transactional', ttlSeconds = 3_600): Promise<number> {
  return (await node.delivery.intake.addSms(message({ category, ttlSeconds }))) ?? 0
}

/** Sends until one stays where it is: then this node knows of the pause. Returns that one. */
async function sendUntilHeld(node: TestNode): Promise<number> {
  return until(async () => {
    const id = await send(node)
    const [row] = await ask(node, 'select owner from messages where id = $1', [id])
    return row?.['owner'] === null && (await readMessage(node.db, id))?.status === 'queued' ? id : null
  })
}

test('a pause stops every node, whatever is accepted waits, and goes out when it ends', async () => {
  const submitted: number[] = []
  const provider = scripted((sms) => (submitted.push(sms.messageId), ACCEPTED))
  const [one, two] = [await nodes.start({ sms: [provider] }), await nodes.start({ sms: [provider] })]
  await send(one)
  await pausesOf(one).pause({ reason: 'an incident' }, ANYONE)
  const held = [await sendUntilHeld(one), await sendUntilHeld(two), await send(one), await send(two)]
  // Those before the first that stayed have left.
  await until(
    async () => (await ask(one, `select id from messages where status = 'sending' or owner is not null`)).length === 0,
  )
  const before = submitted.length
  expect(submitted.filter((id) => held.includes(id))).toEqual([])
  expect(await readMessage(one.db, held[0] ?? 0)).toMatchObject({ status: 'queued', reason: 'paused' })
  expect(await pausesOf(two).list()).toMatchObject([
    { provider: null, category: null, reason: 'an incident', caller: 'anyone' },
  ])
  // A node that starts now is paused, too.
  const three = await nodes.start({ sms: [provider] })
  const last = await send(three)
  expect(await ask(three, 'select owner, status from messages where id = $1', [last])).toEqual([
    { owner: null, status: 'queued' },
  ])
  expect(submitted.length).toBe(before)
  expect(await pausesOf(two).resume({}, ANYONE)).toMatchObject({ ended: 1, pauses: [] })
  await until(() => [...held, last].every((id) => submitted.includes(id)))
  expect(new Set(submitted).size).toBe(submitted.length)
})

test('what waits in memory when a pause begins is handed back, and what is in flight ends', async () => {
  const gate = createGate()
  const submitted: number[] = []
  const provider = scripted(
    async (sms) => {
      submitted.push(sms.messageId)
      await gate.opened
      return ACCEPTED
    },
    { window: 2 },
  )
  const node = await nodes.start({ sms: [provider] })
  const ids = await Promise.all(Array.from({ length: 20 }, () => send(node)))
  await until(() => submitted.length === 2)
  await pausesOf(node).pause({ provider: 'scripted' }, ANYONE)
  await until(async () => (await ask(node, 'select id from due where owner is null')).length === 18)
  gate.open()
  await until(() => node.settled.length === 2)
  await sendUntilHeld(node)
  expect(submitted.length).toBe(2)
  await pausesOf(node).resume({ provider: 'scripted' }, ANYONE)
  await until(() => ids.every((id) => submitted.includes(id)))
})

test('a pause of one category leaves the others alone, and messages that wait in it expire', async () => {
  const submitted: number[] = []
  const sms = scripted((one) => (submitted.push(one.messageId), ACCEPTED))
  const push = { ...sms, submitMany: async () => undefined }
  const node = await nodes.start({ sms: [sms], push: [push] })
  await pausesOf(node).pause({ category: 'transactional' }, ANYONE)
  await sendUntilHeld(node)
  const brief = await send(node, 'transactional', 1)
  const code = await send(node, 'otp')
  await until(() => submitted.includes(code))
  await until(async () => (await readMessage(node.db, brief))?.status === 'expired')
  expect(submitted).not.toContain(brief)
})

test('a paused push waits, and expires all the same', async () => {
  const taken: string[] = []
  const push = {
    ...scripted(() => ACCEPTED),
    submitMany: async (_content: unknown, targets: readonly { value: string }[]) =>
      void taken.push(...targets.map(({ value }) => value)),
  }
  const node = await nodes.start({ push: [push] })
  await pausesOf(node).pause({}, ANYONE)
  const [token] = await upsertTokens(node.db, ['token'], ['token-1'])
  const add = async (validitySeconds: number): Promise<number> =>
    (await node.delivery.intake.addPush(notification({ tokenIds: [token?.id ?? 0], validitySeconds })))?.id ?? 0
  const stays = await until(async () => {
    const id = await add(3_600)
    const [row] = await ask(node, 'select owner from push_chunks where notification_id = $1', [id])
    return row?.['owner'] === null ? id : null
  })
  const brief = await add(1)
  expect(await readNotification(node.db, stays)).toMatchObject({ paused: true, counts: { queued: 1 } })
  const before = taken.length
  await until(async () => (await readNotification(node.db, brief))?.counts.expired === 1)
  expect(taken.length).toBe(before)
})

test('one push is paused on every node while it runs, others pass it, and it goes on where it was', async () => {
  const taken: string[] = []
  const gate = createGate()
  const asked: Gate[] = []
  const push: PushProvider = {
    ...scripted(() => ACCEPTED),
    window: 10,
    async submitMany(_content, targets, onOutcome, _signal, mayGo) {
      if (taken.length > 0) {
        asked.push(mayGo)
        await gate.opened
      }
      targets.forEach(({ value }, index) => {
        const closed = mayGo()
        if (closed === null) taken.push(value)
        onOutcome(index, closed === null ? ACCEPTED : { kind: 'refused', failure: closed })
      })
    },
  }
  const [one, two] = [await nodes.start({ push: [push] }), await nodes.start({ push: [push] })]
  const names = Array.from({ length: 3_000 }, (_, index) => `token-${index}`)
  const tokens = await upsertTokens(one.db, Array<'token'>(names.length).fill('token'), names)
  const id = (await one.delivery.intake.addPush(notification({ tokenIds: tokens.map((token) => token.id) })))?.id ?? 0
  await until(() => asked.length > 0)
  expect(await pausesOf(two).pausePush(id, ANYONE)).toMatchObject({ id, paused: true })
  await until(() => asked.every((mayGo) => mayGo() !== null))
  gate.open()
  const open = 'select id from push_chunks where owner is not null'
  await until(async () => (await ask(one, open)).length === 0)
  const before = taken.length
  // What is beside it passes.
  const [other] = await upsertTokens(one.db, ['token'], ['another'])
  await two.delivery.intake.addPush(notification({ tokenIds: [other?.id ?? 0] }))
  await until(() => taken.includes('another'))
  expect(taken.length).toBe(before + 1)
  expect(before).toBeLessThan(names.length)
  // Nobody is to look why it does not leave.
  expect(await listBacklog(one.db)).toEqual([])
  expect((await pausesOf(one).resumePush(id)).pausedAt).toBeNull()
  await until(async () => (await readNotification(one.db, id))?.counts.sent === names.length)
  expect(taken.toSorted()).toEqual([...names, 'another'].toSorted())
  await expect(pausesOf(one).pausePush(id, ANYONE)).rejects.toMatchObject({ code: 'too_late' })
  await expect(pausesOf(one).resumePush(id + 9_999)).rejects.toMatchObject({ code: 'not_found' })
})

test('what is paused by itself can be cancelled, and ends with its validity', async () => {
  const push = { ...scripted(() => ACCEPTED), submitMany: async () => Promise.resolve() }
  const node = await nodes.start({ push: [push] })
  const [token] = await upsertTokens(node.db, ['token'], ['token-1'])
  const add = async (validitySeconds: number): Promise<number> => {
    const sendAt = new Date(Date.now() + 500)
    const made = notification({ tokenIds: [token?.id ?? 0], validitySeconds, sendAt })
    return (await node.delivery.intake.addPush(made))?.id ?? 0
  }
  const [brief, called] = [await add(1), await add(3_600)]
  for (const id of [brief, called]) await pausesOf(node).pausePush(id, ANYONE)
  await until(async () => (await readNotification(node.db, brief))?.counts.expired === 1)
  await createCancels(node.db).push(called)
  await until(async () => (await ask(node, 'select id from push_chunks where done_at is null')).length === 0)
  expect((await readNotification(node.db, called))?.counts).toEqual({ cancelled: 1 })
  // With the next pause those of what is over go.
  const later = await add(3_600)
  await pausesOf(node).pausePush(later, ANYONE)
  expect(await ask(node, 'select notification_id as id from paused_pushes')).toEqual([{ id: later }])
})

test('a pause begun twice is one; ending a part of what is paused ends nothing wider', async () => {
  const node = await nodes.start({ sms: [scripted(() => ACCEPTED)] })
  const pauses = pausesOf(node)
  await pauses.pause({ reason: 'first' }, ANYONE)
  await pauses.pause({ reason: 'second' }, ANYONE)
  await pauses.pause({ category: 'marketing' }, ANYONE)
  expect((await pauses.list()).map(({ category, reason }) => [category, reason])).toEqual([
    [null, 'second'],
    ['marketing', null],
  ])
  expect(await pauses.resume({ category: 'marketing' }, ANYONE)).toMatchObject({
    ended: 1,
    pauses: [{ category: null }],
  })
  expect(await pauses.resume({ provider: 'scripted' }, ANYONE)).toMatchObject({
    ended: 0,
    pauses: [{ category: null }],
  })
  expect(() => pauses.pause({ provider: 'scriped' }, ANYONE)).toThrow('There is no provider of this name')
})
