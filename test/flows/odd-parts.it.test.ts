import { expect, test } from 'vitest'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome, Receipt, SentPart } from '../../src/domain/provider.ts'
import { readMessage } from '../../src/store/sms/read-messages.ts'
import { ask, message, refused, scripted } from '../support/node.ts'
import { until } from '../support/until.ts'
import { accepted, flowOn, GONE, inParts, LONG, part, receipt, sent, state, usePartRigs, type Rig } from './part-rig.ts'

const start = usePartRigs()

const BUSY = failure('transient', 'queue_full', { waitsMs: [20, 20] })

/** A provider that answers when it is told to. */
function slow(): { readonly provider: ReturnType<typeof scripted>; answer(outcome: Outcome): void } {
  let answer: (outcome: Outcome) => void = () => undefined
  const provider = scripted(() => new Promise<Outcome>((resolve) => (answer = resolve)))
  return { provider, answer: (outcome) => answer(outcome) }
}

/** Those parts alone were taken, and the others are worth another try. */
function partly(...parts: readonly SentPart[]): Outcome {
  return { kind: 'refused', failure: BUSY, parts }
}

/** Of a provider that gives a receipt for each part, and does not say which. */
function ofOne(theirs: string, id: number | null, status: Receipt['status'] = 'delivered'): Receipt {
  const attempt = { messageId: id ?? 0, number: 1 }
  return receipt(theirs, status, { attempt, perPart: true, failure: status === 'delivered' ? null : GONE })
}

async function parkedNow({ node }: Rig): Promise<number> {
  return (await ask(node, 'select from parked_receipts')).length
}

test('a receipt of one part that is quicker than the answer to its message decides about that part alone', async () => {
  const at = slow()
  const rig = await start({ sms: [at.provider] })
  const id = await rig.node.delivery.intake.addSms(message(LONG))
  await until(() => rig.node.delivery.inFlight() === 1)
  await rig.receipts.settle(ofOne('part-2', id))
  expect(await state(rig.node, id)).toMatchObject({ status: 'sending', attempts: null })
  at.answer(inParts())
  await until(async () => (await parkedNow(rig)) === 0)
  expect(await state(rig.node, id)).toMatchObject({ status: 'sent', parts: ['1 sent', '2 delivered', '3 sent'] })
  for (const theirs of ['part-1', 'part-3']) await rig.receipts.settle(ofOne(theirs, id))
  expect(await state(rig.node, id)).toMatchObject({ status: 'delivered', attempts: ['delivered'] })
})

test('a receipt of one part proves a message whose answer was lost, and the last of them that it arrived', async () => {
  const at = slow()
  const rig = await start({ sms: [at.provider] })
  const id = await rig.node.delivery.intake.addSms(message({ ...LONG, onUncertain: 'retry' }))
  await until(() => rig.node.delivery.inFlight() === 1)
  await rig.receipts.settle(ofOne('b', id))
  at.answer(refused(failure('uncertain', 'timeout')))
  await until(async () => (await parkedNow(rig)) === 0)
  expect(await state(rig.node, id)).toMatchObject({ status: 'sent', attempts: ['sent'], parts: ['1 delivered'] })
  expect(await ask(rig.node, 'select from due')).toEqual([])
  await rig.receipts.settle(ofOne('c', id))
  await rig.receipts.settle(ofOne('c', id))
  expect(await state(rig.node, id)).toMatchObject({ status: 'sent' })
  await rig.receipts.settle(ofOne('a', id))
  expect(await state(rig.node, id)).toMatchObject({ status: 'delivered', attempts: ['delivered'] })
})

test('a part that is lost while another is being sent again is weighed as soon as that is settled', async () => {
  const outcomes: ((outcome: Outcome) => void)[] = []
  const rig = await start({ sms: [scripted(() => new Promise<Outcome>((resolve) => void outcomes.push(resolve)))] })
  const id = await rig.node.delivery.intake.addSms(message({ ...LONG }))
  await until(() => outcomes.length === 1)
  outcomes[0]?.(partly(part(1), part(3)))
  await until(() => outcomes.length === 2)
  await rig.receipts.settle(receipt('part-1', 'undelivered', { failure: GONE }))
  expect(await state(rig.node, id)).toMatchObject({ status: 'sending' })
  outcomes[1]?.(accepted(part(2)))
  await until(async () => (await state(rig.node, id))['status'] === 'undelivered')
  expect(await state(rig.node, id)).toMatchObject({ reason: 'unreachable' })
})

test('what was sent again without asking for each receipt is delivered with those that were asked for', async () => {
  const outcomes: Outcome[] = [partly(part(1, 3, { unasked: true }), part(3)), accepted(part(2))]
  const rig = await start({ sms: [scripted(() => outcomes.shift() ?? accepted(part(2)))] })
  const id = await sent(rig, LONG)
  await rig.receipts.settle(receipt('part-3', 'delivered'))
  expect(await state(rig.node, id)).toMatchObject({ status: 'sent' })
  await rig.receipts.settle(receipt('part-2', 'delivered'))
  expect(await state(rig.node, id)).toMatchObject({ status: 'delivered' })
})

test('what was sent anew is sent on with its own parts, and a lost part of before says nothing about it', async () => {
  const resumed: unknown[] = []
  const again = (number: number) => part(number, 2, { reference: 8, providerMessageId: `again-${number}` })
  const answers: Outcome[] = [partly(part(1)), partly(again(1)), accepted(again(2))]
  const rig = await start({
    sms: [scripted((sms) => (resumed.push(sms.resume ?? null), answers.shift() ?? accepted(again(2))))],
  })
  const id = await sent(rig, LONG)
  expect(resumed.slice(1)).toEqual([
    { reference: 7, total: 3, accepted: [1] },
    { reference: 8, total: 2, accepted: [1] },
  ])
  await rig.receipts.settle(receipt('part-1', 'undelivered', { failure: GONE }))
  expect(await state(rig.node, id)).toMatchObject({ status: 'sent' })
  for (const theirs of ['again-1', 'again-2']) await rig.receipts.settle(receipt(theirs, 'delivered'))
  expect(await state(rig.node, id)).toMatchObject({ status: 'delivered' })
})

test('a text of one segment that an SMSC was given in two parts is delivered with the second', async () => {
  const rig = await start({ sms: [scripted(() => inParts(2))] })
  const id = await sent(rig, { segments: 1, body: `Ω${'a'.repeat(90)}` })
  await rig.receipts.settle(receipt('part-1', 'delivered'))
  expect(await state(rig.node, id)).toMatchObject({ status: 'sent', parts: ['1 delivered', '2 sent'] })
  expect((await readMessage(rig.node.db, id))?.attempts[0]).toMatchObject({ parts: [{ number: 1 }, { number: 2 }] })
  await rig.receipts.settle(receipt('part-2', 'delivered'))
  expect(await state(rig.node, id)).toMatchObject({ status: 'delivered' })
})

test('a receipt that came too early to another node is matched within the settling node’s next second', async () => {
  const at = slow()
  const rig = await start({ sms: [at.provider] })
  const other = flowOn(rig.node)
  const id = await rig.node.delivery.intake.addSms(message(LONG))
  await until(() => rig.node.delivery.inFlight() === 1)
  for (const number of [1, 2, 3]) await other.settle(receipt(`part-${number}`, 'delivered'))
  at.answer(inParts())
  await until(async () => (await state(rig.node, id))['status'] === 'sent')
  await other.matchSettled()
  expect(await state(rig.node, id)).toMatchObject({ status: 'sent' })
  await rig.receipts.matchSettled()
  expect(await state(rig.node, id)).toMatchObject({ status: 'delivered' })
  expect(await parkedNow(rig)).toBe(0)
})

test('a receipt that was parked after its submission was settled elsewhere is matched as well', async () => {
  const rig = await start({ sms: [scripted(() => inParts())] })
  const id = await sent(rig, LONG)
  await rig.receipts.matchSettled()
  await rig.node.db.query(
    `insert into parked_receipts (provider, provider_message_id, status) values ('scripted', 'part-1', 'delivered')`,
  )
  await rig.receipts.matchSettled()
  expect(await state(rig.node, id)).toMatchObject({ parts: ['1 delivered', '2 sent', '3 sent'] })
})
