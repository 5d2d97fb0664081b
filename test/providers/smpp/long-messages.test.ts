import { expect, test } from 'vitest'
import type { Outcome } from '../../../src/domain/provider.ts'
import { until } from '../../support/until.ts'
import { smsTo } from '../conformance.ts'
import { contact } from '../twilio/stage.ts'
import { forever, isOutcome, openPeer, openProvider, openTardy, setSmppStage, type Opened } from './stage.ts'

const TO = contact('+201009129288')
const TEXT = `${'a'.repeat(153)}${'b'.repeat(153)}${'c'.repeat(50)}`

function submit({ provider }: Pick<Opened, 'provider'>, more: Parameters<typeof smsTo>[2] = {}): Promise<Outcome> {
  return provider.submit(smsTo(TO, 1, { text: TEXT, segments: 3, ...more }), forever)
}

test.each(['8', '16', 'sar'])('a long text arrives in parts that belong together, joined by %s', async (udh) => {
  const stage = await setSmppStage({}, `udh=${udh}`)
  const { parts } = isOutcome(await submit(stage), 'accepted')
  const arrived = stage.fake.messages()
  expect(arrived.map(({ text }) => text).join('')).toBe(TEXT)
  expect(arrived.map(({ segment }) => segment)).toEqual(
    [1, 2, 3].map((number) => ({ reference: parts?.[0]?.reference, number, of: 3 })),
  )
  expect(parts?.map(({ number, total }) => [number, total])).toEqual([1, 2, 3].map((number) => [number, 3]))
  expect(new Set(parts?.map(({ providerMessageId }) => providerMessageId)).size).toBe(3)
})

test('a long text is handed over whole where the SMSC cuts it', async () => {
  const stage = await setSmppStage({}, 'udh=payload')
  const outcome = isOutcome(await submit(stage), 'accepted')
  expect(outcome.parts).toBeUndefined()
  expect(stage.fake.messages()).toMatchObject([{ text: TEXT, segment: null }])
})

test('two long texts to one contact have different references', async () => {
  const stage = await setSmppStage()
  await submit(stage)
  await submit(stage)
  const references = new Set(stage.fake.messages().map(({ segment }) => segment?.reference))
  expect(references.size).toBe(2)
})

test('one that is cut otherwise since some of it was taken is sent whole', async () => {
  const stage = await setSmppStage()
  const resume = { reference: 9, total: 2, accepted: [1] }
  const { parts } = isOutcome(await submit(stage, { attempt: 2, resume }), 'accepted')
  expect(parts).toHaveLength(3)
  expect(new Set(parts?.map(({ reference }) => reference))).not.toContain(9)
})

test('a part that is refused for now is sent again alone, by the same reference', async () => {
  const stage = await setSmppStage({ rules: [{ when: { text: 'b*' }, times: 1, play: { status: 'ESME_RMSGQFUL' } }] })
  const first = isOutcome(await submit(stage), 'refused')
  expect(first.failure).toMatchObject({ class: 'transient', reason: 'queue_full' })
  expect(first.parts?.map(({ number }) => number)).toEqual([1, 3])
  const reference = first.parts?.[0]?.reference ?? -1
  const second = isOutcome(
    await submit(stage, { attempt: 2, resume: { reference, total: 3, accepted: [1, 3] } }),
    'accepted',
  )
  expect(second.parts).toMatchObject([{ number: 2, total: 3, reference }])
  const arrived = stage.fake.messages()
  expect(arrived).toHaveLength(3)
  expect(arrived.map(({ segment }) => segment?.reference)).toEqual([reference, reference, reference])
  expect(
    arrived
      .toSorted((a, b) => (a.segment?.number ?? 0) - (b.segment?.number ?? 0))
      .map(({ text }) => text)
      .join(''),
  ).toBe(TEXT)
})

test('where the last part alone has a receipt, so has the last of those that are sent again', async () => {
  const rules = [{ when: { text: 'b*' }, times: 1, play: { status: 'ESME_RMSGQFUL' } }]
  const stage = await setSmppStage({ rules }, 'receipts=last')
  const first = isOutcome(await submit(stage), 'refused')
  expect(first.parts?.map(({ number, unasked = false }) => [number, unasked])).toEqual([
    [1, true],
    [3, false],
  ])
  const resume = { reference: first.parts?.[0]?.reference ?? -1, total: 3, accepted: [1, 3] }
  const second = isOutcome(await submit(stage, { attempt: 2, resume }), 'accepted')
  expect(second.parts?.map(({ number, unasked = false }) => [number, unasked])).toEqual([[2, false]])
  const asked = stage.fake.messages().map(({ segment, registeredDelivery }) => [segment?.number, registeredDelivery])
  expect(new Map(asked.map(([number, is]) => [number, is]))).toEqual(
    new Map([
      [1, 0],
      [2, 1],
      [3, 1],
    ]),
  )
})

test('what is refused for good by one part is not sent on in the others', async () => {
  const peer = await openPeer(({ command }) => (command === 'submit_sm' ? { command_status: 0x0b } : {}))
  const opened = openProvider(peer.port, 'window=1')
  await opened.bound()
  const outcome = isOutcome(await submit(opened), 'refused')
  expect(outcome.failure).toMatchObject({ class: 'permanent', reason: 'invalid_number' })
  expect(outcome.parts).toBeUndefined()
  expect(peer.all.filter(({ command }) => command === 'submit_sm')).toHaveLength(1)
})

test('more parts than the window has places wait for their turn', async () => {
  const stage = await setSmppStage({ rules: [{ play: { slowMs: 5 } }] }, 'window=1')
  isOutcome(await submit(stage), 'accepted')
  expect(stage.fake.messages()).toHaveLength(3)
})

test('a receipt comes for each part, for the last alone, or for none', async () => {
  const all = await setSmppStage({}, 'receipts=all')
  await submit(all)
  await until(() => all.receipts.length === 3)
  const last = await setSmppStage({}, 'receipts=last')
  const outcome = isOutcome(await submit(last), 'accepted')
  expect(outcome.parts).toBeUndefined()
  await until(() => last.receipts.length === 1)
  expect(last.receipts[0]?.providerMessageId).toBe(outcome.providerMessageId)
  const none = await setSmppStage({}, 'receipts=none')
  await submit(none)
  expect(none.fake.messages().map(({ registeredDelivery }) => registeredDelivery)).toEqual([0, 0, 0])
})

test('a part whose answer comes late is told as that part', async () => {
  const { peer, held } = await openTardy()
  const opened = openProvider(peer.port, '', { limits: { responseMs: 20, beatMs: 5 } })
  await opened.bound()
  expect(isOutcome(await submit(opened), 'refused').failure).toMatchObject({ class: 'uncertain', reason: 'timeout' })
  const third = held[2]
  if (third === undefined) throw new Error('there were three')
  peer.sessions[0]?.send(third.response({ message_id: '17' }))
  await until(() => opened.receipts.length > 0)
  expect(opened.receipts).toMatchObject([
    { providerMessageId: '17', part: { number: 3, total: 3, providerMessageId: '17' } },
  ])
})
