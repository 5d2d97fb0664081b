import { expect, test } from 'vitest'
import { createCancels } from '../../src/flows/sending/cancel.ts'
import { failure } from '../../src/domain/failure.ts'
import { TidingsError } from '../../src/domain/errors.ts'
import type { Outcome, PushProvider } from '../../src/domain/provider.ts'
import { upsertTokens } from '../../src/store/push/tokens.ts'
import { createGate } from '../support/gate.ts'
import { notification } from '../support/notification.ts'
import { ACCEPTED, ask, message, refused, scripted, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const nodes = useNodes()
const LATER = { template: null, resentFrom: null, redirectedTo: null }
const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1000)

/** What a caller is told: the status, or the code he is refused with. */
async function cancel(node: TestNode, id: number): Promise<string> {
  try {
    return (await createCancels(node.db).sms(id)).status
  } catch (error) {
    if (error instanceof TidingsError) return error.code
    throw error
  }
}

test('of messages that are cancelled while two nodes send them each is either cancelled and never submitted, or too late and submitted', async () => {
  const submitted = new Set<number>()
  const answering = (): Promise<Outcome> => new Promise((resolve) => void setImmediate(() => resolve(ACCEPTED)))
  const provider = scripted((sms) => (submitted.add(sms.messageId), answering()), { window: 4 })
  const [one, two] = [await nodes.start({ sms: [provider] }), await nodes.start({ sms: [provider] })]
  const count = 2_000
  const ids = await Promise.all(
    Array.from({ length: count }, (_, nth) => {
      const extras = nth % 4 === 0 ? { ...LATER, sendAt: inSeconds(nth % 8 === 0 ? 3_600 : 0.4) } : null
      return (nth % 2 === 0 ? one : two).delivery.intake.addSms(message({ extras }))
    }),
  )
  const told = new Map<number, string>()
  await until(() => submitted.size > 10)
  // Through either node, while both send; some of them wait for longer than all this takes.
  for (let at = count - 1; at >= 0; at -= 20) {
    const some = ids.slice(Math.max(0, at - 19), at + 1)
    await Promise.all(some.map(async (id) => void told.set(id ?? 0, await cancel(at % 40 < 20 ? one : two, id ?? 0))))
  }
  const open = `select count(*)::integer as open from messages where status not in ('cancelled', 'sent')`
  await until(async () => (await ask(one, open))[0]?.['open'] === 0)
  const rows = await ask(one, 'select id, status from messages order by id')
  const wrong = rows.filter(({ id, status }) => {
    const cancelled = told.get(Number(id)) === 'cancelled'
    return cancelled
      ? status !== 'cancelled' || submitted.has(Number(id))
      : told.get(Number(id)) !== 'too_late' || status !== 'sent'
  })
  expect(wrong).toEqual([])
  // Both ends occur, or nothing was raced.
  expect(submitted.size).toBeGreaterThan(10)
  expect(submitted.size).toBeLessThan(count - 10)
  await until(async () => (await ask(one, 'select id from due')).length === 0)
})

test('a cancelled message is cancelled once more with the same answer; one that is not there is not found', async () => {
  const node = await nodes.start({ sms: [scripted(() => ACCEPTED)] })
  const id = await node.delivery.intake.addSms(message({ extras: { ...LATER, sendAt: inSeconds(3_600) } }))
  expect([await cancel(node, id ?? 0), await cancel(node, id ?? 0)]).toEqual(['cancelled', 'cancelled'])
  expect(await ask(node, 'select id from due')).toEqual([])
  expect(await cancel(node, 4_711)).toBe('not_found')
})

test('a message that waits for its next attempt is cancelled; one that may have been sent stays uncertain and is not repeated', async () => {
  const waitsMs = [600_000]
  const outcomes = [refused(failure('transient', 'busy', { waitsMs })), refused(failure('uncertain', 'timeout'))]
  let submissions = 0
  const node = await nodes.start({ sms: [scripted(() => outcomes[submissions++] ?? ACCEPTED)] })
  const tried = await node.delivery.intake.addSms(message({ onUncertain: 'retry' }))
  await until(() => node.settled.length === 1)
  const doubtful = await node.delivery.intake.addSms(message({ onUncertain: 'retry' }))
  await until(() => node.settled.length === 2)
  expect(await cancel(node, tried ?? 0)).toBe('cancelled')
  expect(await cancel(node, doubtful ?? 0)).toBe('uncertain')
  expect(await cancel(node, doubtful ?? 0)).toBe('uncertain')
  await node.db.query(`update due set run_at = now()`)
  await until(async () => (await ask(node, 'select id from due')).length === 0)
  expect(await ask(node, 'select status, reason, uncertain_attempts from messages order by id')).toEqual([
    { status: 'cancelled', reason: null, uncertain_attempts: 0 },
    { status: 'uncertain', reason: 'called_off', uncertain_attempts: 1 },
  ])
  expect(submissions).toBe(2)
})

interface Held {
  readonly provider: PushProvider
  readonly taken: string[]
  /** Answers all that is in flight, and what comes. */
  open(): void
}

/** A push provider that takes what it is handed, and answers when it is let. */
function held(window: number): Held {
  const taken: string[] = []
  const gate = createGate()
  const provider: PushProvider = {
    name: 'scripted',
    window,
    async submitMany(_content, targets, answer) {
      taken.push(...targets.map(({ value }) => value))
      await gate.opened
      targets.forEach((_, index) => answer(index, ACCEPTED))
    },
    async *check() {},
    close: async () => undefined,
  }
  return { provider, taken, open: gate.open }
}

async function push(node: TestNode, count: number, sendAt: Date | null = null): Promise<number> {
  const names = Array.from({ length: count }, (_, nth) => `token-${nth}`)
  const tokens = await upsertTokens(
    node.db,
    names.map(() => 'token'),
    names,
  )
  const made = await node.delivery.intake.addPush(notification({ tokenIds: tokens.map(({ id }) => id), sendAt }))
  return made?.id ?? 0
}

test('of a cancelled push what was handed over ends as it ends, and nothing more leaves, on any node', async () => {
  const { provider, taken, open } = held(10)
  const one = await nodes.start({ push: [provider] })
  const id = await push(one, 2_500)
  const two = await nodes.start({ push: [provider] })
  await until(() => taken.length >= 20)
  const before = taken.length
  const answer = await createCancels(two.db).push(id)
  const sending = answer.counts.sending ?? 0
  expect(answer.counts).toEqual({ sending, cancelled: 2_500 - sending })
  open()
  const done = 'select count(*)::integer as open from push_chunks where done_at is null'
  await until(async () => (await ask(one, done))[0]?.['open'] === 0)
  expect(taken.length).toBe(sending)
  expect(sending).toBeGreaterThanOrEqual(before)
  const rows = await ask(
    one,
    'select status, count(*)::integer as targets from tokennotifications group by 1 order by 1',
  )
  expect(rows).toEqual([
    { status: 'cancelled', targets: 2_500 - sending },
    { status: 'sent', targets: sending },
  ])
  expect((await createCancels(one.db).push(id)).counts).toEqual({ sent: sending, cancelled: 2_500 - sending })
})

test('a push that waits for its time is cancelled as a whole, and one that was sent is too late', async () => {
  const { provider, taken, open } = held(10)
  const node = await nodes.start({ push: [provider] })
  const planned = await push(node, 3, inSeconds(3_600))
  expect((await createCancels(node.db).push(planned)).counts).toEqual({ cancelled: 3 })
  open()
  const sent = await push(node, 2)
  await until(async () => (await ask(node, 'select id from push_chunks where done_at is null')).length === 0)
  await expect(createCancels(node.db).push(sent)).rejects.toMatchObject({
    code: 'too_late',
    details: [{ path: 'status', message: 'sent' }],
  })
  expect(taken).toHaveLength(2)
  expect(await ask(node, 'select status from tokennotifications where notification_id = $1', [planned])).toEqual(
    Array.from({ length: 3 }, () => ({ status: 'cancelled' })),
  )
})
