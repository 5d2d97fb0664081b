import { pino } from 'pino'
import { expect, test } from 'vitest'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome, SmsProvider } from '../../src/domain/provider.ts'
import { createReceiptsFlow } from '../../src/flows/receipts/receipts.ts'
import { ACCEPTED, ask, message, refused, scripted, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const { start } = useNodes()

const BUSY = failure('transient', 'busy', { waitsMs: [20] })
const ONCE = failure('transient', 'busy', { waitsMs: [] })

async function state(node: TestNode, id: number | null): Promise<Record<string, unknown>> {
  const [row] = await ask(
    node,
    `select m.status, m.provider, m.tried, m.attempt, m.attempts_counted,
       (select jsonb_agg(a.provider || ' ' || a.status order by a.number) from attempts a where a.message_id = m.id) as attempts,
       (select jsonb_agg(d.lane) from due d where d.message_id = m.id) as due from messages m where m.id = $1`,
    [id],
  )
  return row ?? {}
}

test('a message that one provider has refused to the end goes out through the next', async () => {
  const seen: string[] = []
  const one = scripted((sms) => (seen.push(`one ${sms.attempt}`), refused(BUSY)), { name: 'one' })
  const two = scripted((sms) => (seen.push(`two ${sms.attempt}`), sms.attempt === 3 ? refused(BUSY) : ACCEPTED), {
    name: 'two',
  })
  const onward = (work: { readonly provider: string }, _: unknown, ended: boolean): string | null =>
    ended && work.provider === 'one' ? 'two' : null
  const node = await start({ sms: [one, two], ways: { onward } })
  const id = await node.delivery.intake.addSms(message({ provider: 'one' }))
  await until(async () => (await state(node, id))['status'] === 'sent')
  // One more at the second than its waits would allow, were the attempts at the first counted there.
  expect(seen).toEqual(['one 1', 'one 2', 'two 3', 'two 4'])
  expect(await state(node, id)).toEqual({
    status: 'sent',
    provider: 'two',
    tried: ['one'],
    attempt: 4,
    attempts_counted: 2,
    attempts: ['one failed', 'one failed', 'two failed', 'two sent'],
    due: null,
  })
})

test('a message goes on over several providers, each of them once', async () => {
  const asked: string[][] = []
  const names = ['one', 'two', 'three']
  const sms = names.map((name) => scripted(() => (name === 'three' ? ACCEPTED : refused(ONCE)), { name }))
  const node = await start({
    sms,
    ways: {
      onward({ tried, provider }) {
        asked.push([...tried])
        return names.find((name) => name !== provider && !tried.includes(name)) ?? null
      },
    },
  })
  const id = await node.delivery.intake.addSms(message({ provider: 'one' }))
  await until(async () => (await state(node, id))['status'] === 'sent')
  expect(asked).toEqual([[], ['one']])
  expect(await state(node, id)).toMatchObject({ provider: 'three', tried: ['one', 'two'] })
})

test('a message that waits for a provider which is shut goes on before an attempt there', async () => {
  const seen: string[] = []
  const open = new Set<string>()
  const one = scripted((sms) => (seen.push(`one ${sms.messageId}`), ACCEPTED), { name: 'one', window: 1 })
  const two = scripted((sms) => (seen.push(`two ${sms.messageId}`), ACCEPTED), { name: 'two' })
  const node = await start({
    sms: [one, two],
    ways: { detour: ({ provider }) => (provider === 'one' && !open.has('one') ? 'two' : null) },
  })
  const extras = { sendAt: new Date(Date.now() - 1_000), template: null, resentFrom: null, redirectedTo: null }
  const ids = await Promise.all(
    Array.from({ length: 10 }, () => node.delivery.intake.addSms(message({ provider: 'one', extras }))),
  )
  await until(async () => (await ask(node, `select from messages where status = 'sent'`)).length === 10)
  expect(seen.toSorted()).toEqual(ids.map((id) => `two ${id}`).toSorted())
  for (const id of ids)
    expect(await state(node, id)).toMatchObject({ provider: 'two', tried: ['one'], attempt: 1, due: null })
})

test('messages for a provider that cannot be reached for long go on, and those that have nowhere to go stay', async () => {
  const clock = { ahead: 0 }
  const down: SmsProvider = scripted(() => expect.unreachable(), {
    name: 'down',
    window: 0,
    binds: { wanted: 1, hold: () => undefined, held: () => [0] },
  })
  const two = scripted(() => ACCEPTED, { name: 'two' })
  const node = await start({
    sms: [down, two],
    now: () => performance.now() + clock.ahead,
    ways: {
      detour: ({ provider, category }, isDown) => (provider === 'down' && isDown && category === 'otp' ? 'two' : null),
    },
  })
  const code = await node.delivery.intake.addSms(message({ provider: 'down', category: 'otp' }))
  const other = await node.delivery.intake.addSms(message({ provider: 'down' }))
  expect(await state(node, code)).toMatchObject({ status: 'queued', due: ['down:otp'] })
  clock.ahead = 31_000
  await node.delivery.lease.renew()
  await until(async () => (await state(node, code))['status'] === 'sent')
  expect(await state(node, code)).toMatchObject({ provider: 'two', tried: ['down'], attempt: 1 })
  expect(await state(node, other)).toMatchObject({
    status: 'queued',
    provider: 'down',
    tried: null,
    due: ['down:transactional'],
  })
})

test('a message that is held back costs no attempt, waits, and goes when it may', async () => {
  const night = { held: true }
  const node = await start({
    sms: [scripted(() => ACCEPTED)],
    ways: { hold: () => (night.held ? failure('transient', 'quiet_hours', { counted: false, waitMs: 300 }) : null) },
  })
  const id = await node.delivery.intake.addSms(message())
  await until(async () => (await ask(node, 'select from attempts')).length > 0)
  expect(await ask(node, 'select reason, attempts_counted from messages')).toEqual([
    { reason: 'quiet_hours', attempts_counted: 0 },
  ])
  night.held = false
  await until(async () => (await state(node, id))['status'] === 'sent')
  expect(await state(node, id)).toMatchObject({ attempts_counted: 1 })
})

test('a node whose window is closed holds nothing, and takes it up when the window opens', async () => {
  const gate: { window: number; listeners: (() => void)[] } = { window: 2, listeners: [] }
  const submitted: number[] = []
  const answers: ((outcome: Outcome) => void)[] = []
  const provider = Object.defineProperty(
    scripted(
      (sms) => {
        submitted.push(sms.messageId)
        return submitted.length <= 2 ? new Promise<Outcome>((resolve) => answers.push(resolve)) : ACCEPTED
      },
      { onWindow: (listener) => gate.listeners.push(listener) },
    ),
    'window',
    { get: () => gate.window },
  )
  const node = await start({ sms: [provider] })
  const ids = await Promise.all(Array.from({ length: 12 }, () => node.delivery.intake.addSms(message())))
  await until(() => answers.length === 2)
  await until(async () => (await ask(node, 'select from messages where owner is not null')).length === 12)
  gate.window = 0
  for (const listener of gate.listeners) listener()
  await until(async () => (await ask(node, `select from due where owner is null`)).length === 10)
  expect(await ask(node, `select from messages where owner is not null`)).toHaveLength(2)
  expect(submitted).toHaveLength(2)
  for (const answer of answers) answer(ACCEPTED)
  await until(async () => (await ask(node, `select from messages where status = 'sent'`)).length === 2)
  gate.window = 4
  for (const listener of gate.listeners) listener()
  await until(async () => (await ask(node, `select from messages where status = 'sent'`)).length === 12)
  expect(submitted.toSorted((a, b) => a - b)).toEqual(ids)
})

test('a receipt of the provider that had a message before it went on still finds its attempt', async () => {
  const one = scripted(() => refused(failure('uncertain', 'timeout')), { name: 'one' })
  const two = scripted(() => ACCEPTED, { name: 'two' })
  const node = await start({ sms: [one, two], ways: { onward: () => 'two' } })
  const id = await node.delivery.intake.addSms(message({ provider: 'one', onUncertain: 'fail' }))
  await until(async () => (await state(node, id))['status'] === 'uncertain')
  // It never goes on by itself, since it may have been sent.
  expect(await state(node, id)).toMatchObject({ provider: 'one', tried: null, due: null })
  const receipts = createReceiptsFlow({
    db: node.db,
    log: pino({ level: 'silent' }),
    providers: new Map(),
    chance: () => 0,
    wait: async () => undefined,
    onMoved: () => undefined,
  })
  await receipts.settle({
    provider: 'one',
    providerMessageId: 'theirs',
    attempt: { messageId: id ?? 0, number: 1 },
    status: 'delivered',
    failure: null,
    at: null,
  })
  expect(await state(node, id)).toMatchObject({ status: 'delivered', attempts: ['one delivered'] })
})
