import { expect, test } from 'vitest'
import { failure } from '../../src/domain/failure.ts'
import type { Msisdn } from '../../src/domain/contact.ts'
import type { Outcome, Receipt } from '../../src/domain/provider.ts'
import { decideReceipt } from '../../src/flows/receipts/receipt-moves.ts'
import type { ReceiptsFlow } from '../../src/flows/receipts/receipts.ts'
import { applyReceipts, readAttempts } from '../../src/store/receipts/receipts.ts'
import { ACCEPTED, ask, CONTACT, message, refused, scripted } from '../support/node.ts'
import { until } from '../support/until.ts'
import { flowOn, GONE, inParts, LONG, part, receipt, sent, state, usePartRigs } from './part-rig.ts'

const start = usePartRigs()

const OTHER = '+15005550006' as Msisdn

test('a long message is delivered when all of its parts are, in whatever order their receipts come', async () => {
  const rig = await start({ sms: [scripted(() => inParts())] })
  const id = await sent(rig, LONG)
  for (const number of [3, 1]) await rig.receipts.settle(receipt(`part-${number}`, 'delivered'))
  expect(await state(rig.node, id)).toMatchObject({ status: 'sent', attempts: ['sent'], theirs: 'part-1' })
  await rig.receipts.settle(receipt('part-2', 'sent'))
  await rig.receipts.settle(receipt('part-2', 'delivered'))
  await rig.receipts.settle(receipt('part-2', 'undelivered', { failure: GONE }))
  expect(await state(rig.node, id)).toEqual({
    status: 'delivered',
    reason: null,
    theirs: 'part-1',
    attempts: ['delivered'],
    parts: ['1 delivered', '2 delivered', '3 delivered'],
  })
})

test('a part that never arrives makes its message undelivered, and partly so where another arrives', async () => {
  const rig = await start({ sms: [scripted(() => inParts(2))] })
  const id = await sent(rig, LONG)
  await rig.receipts.settle(receipt('part-2', 'undelivered', { failure: GONE }))
  expect(await state(rig.node, id)).toMatchObject({ status: 'undelivered', reason: 'unreachable' })
  await rig.receipts.settle(receipt('part-1', 'delivered'))
  expect(await state(rig.node, id)).toMatchObject({ status: 'undelivered', reason: 'partially_failed' })
})

test('receipts for all parts that come at the same time, to several nodes, lose none of each other', async () => {
  const rig = await start({ sms: [scripted(() => inParts(8))] })
  const other = flowOn(rig.node)
  const id = await sent(rig, { ...LONG, segments: 8 })
  const all = Array.from({ length: 8 }, (_, index) => receipt(`part-${index + 1}`, 'delivered'))
  // Like a provider that repeats what it was told to.
  const patiently = async (flow: ReceiptsFlow, one: Receipt): Promise<void> => {
    await until(() =>
      flow.settle(one).then(
        () => true,
        () => false,
      ),
    )
  }
  await Promise.all(
    [...all, ...all.slice(0, 3)].map((one, index) => patiently(index % 2 === 0 ? rig.receipts : other, one)),
  )
  expect(await state(rig.node, id)).toMatchObject({ status: 'delivered', attempts: ['delivered'] })
})

test('what was decided before another part’s receipt was written is not written after it', async () => {
  const rig = await start({ sms: [scripted(() => inParts(2))] })
  await sent(rig, LONG)
  const { db } = rig.node
  const both = ['part-1', 'part-2'].map((theirs) => receipt(theirs, 'delivered'))
  const moves = (await readAttempts(db, both)).flatMap((found, index) => {
    const one = both[index]
    return found === null || one === undefined ? [] : [decideReceipt(one, found, 0)]
  })
  expect(moves.map(({ messageStatus }) => messageStatus)).toEqual([null, null])
  const written: number[] = []
  for (const move of moves) written.push((await applyReceipts(db, [move])).size)
  expect(written).toEqual([1, 0])
})

test('a part that failed for now is sent again alone, and completes its message', async () => {
  const resumed: unknown[] = []
  const rig = await start({
    sms: [
      scripted((sms) => {
        if (sms.attempt === 1) return inParts()
        resumed.push(sms.resume)
        const again = { ...part(2), providerMessageId: 'part-2-again' }
        return { kind: 'accepted', providerMessageId: 'part-2-again', status: 'sent', parts: [again] }
      }),
    ],
  })
  const id = await sent(rig, LONG)
  const busy = failure('transient', 'queue_overflow', { status: 'undelivered', waitsMs: [20, 20] })
  await rig.receipts.settle(receipt('part-2', 'undelivered', { failure: busy }))
  await until(async () => (await ask(rig.node, 'select from sms_parts where attempt = 2')).length === 1)
  expect(resumed).toEqual([{ reference: 7, total: 3, accepted: [1, 3] }])
  for (const theirs of ['part-1', 'part-3', 'part-2-again']) await rig.receipts.settle(receipt(theirs, 'delivered'))
  expect(await state(rig.node, id)).toMatchObject({ status: 'delivered' })
})

test('an answer that comes after its time adds the part it tells of, and with the last the message is sent', async () => {
  const lost = { ...refused(failure('uncertain', 'timeout')), parts: [part(1, 2)] } as Outcome
  const rig = await start({ sms: [scripted(() => lost)] })
  const id = await rig.node.delivery.intake.addSms(message({ ...LONG, onUncertain: 'retry' }))
  await until(async () => (await state(rig.node, id))['status'] === 'uncertain')
  const attempt = { messageId: id ?? 0, number: 1 }
  await rig.receipts.settle(receipt('part-2', 'sent', { attempt, part: part(2, 2) }))
  expect(await state(rig.node, id)).toMatchObject({ status: 'sent', attempts: ['sent'], parts: ['1 sent', '2 sent'] })
  expect(await ask(rig.node, 'select action from due')).toEqual([])
  await rig.receipts.settle(receipt('part-2', 'delivered'))
  await rig.receipts.settle(receipt('part-1', 'delivered'))
  expect(await state(rig.node, id)).toMatchObject({ status: 'delivered' })
})

test('receipts that were quicker than their message’s own commit are matched right after it, by parts, too', async () => {
  let answer: (outcome: Outcome) => void = () => undefined
  const rig = await start({ sms: [scripted(() => new Promise<Outcome>((resolve) => (answer = resolve)))] })
  const id = await rig.node.delivery.intake.addSms(message(LONG))
  await until(() => rig.node.delivery.inFlight() === 1)
  for (const number of [1, 2, 3])
    await rig.receipts.settle(receipt(`part-${number}`, 'delivered', { contact: CONTACT }))
  expect(await ask(rig.node, 'select contact from parked_receipts')).toHaveLength(3)
  answer(inParts())
  await until(async () => (await state(rig.node, id))['status'] === 'delivered')
  await until(async () => (await ask(rig.node, 'select from parked_receipts')).length === 0)
})

test('an id that stands for several messages is that of the one whose recipient the receipt names', async () => {
  const rig = await start({ sms: [scripted(() => ACCEPTED)] })
  const first = await sent(rig)
  const second = await sent(rig, { contact: OTHER })
  await rig.receipts.settle(receipt('theirs', 'delivered', { contact: `00${CONTACT.slice(1)}` }))
  expect(await state(rig.node, first)).toMatchObject({ status: 'delivered' })
  expect(await state(rig.node, second)).toMatchObject({ status: 'sent' })
  await rig.receipts.settle(receipt('theirs', 'undelivered', { failure: GONE, contact: '+33612345678' }))
  expect(await state(rig.node, second)).toMatchObject({ status: 'sent' })
  expect(await ask(rig.node, 'select contact from parked_receipts')).toEqual([{ contact: '12345678' }])
  await rig.receipts.matchParked()
  expect(await ask(rig.node, 'select from parked_receipts')).toHaveLength(1)
})

test('an id of a message that has been over for more than 72 hours is another message’s', async () => {
  const rig = await start({ sms: [scripted(() => ACCEPTED)] })
  const id = await sent(rig)
  await rig.node.db.query(`update messages set expires_at = now() - interval '73 hours'`)
  await rig.receipts.settle(receipt('theirs', 'delivered'))
  expect(await state(rig.node, id)).toMatchObject({ status: 'sent' })
  await rig.node.db.query(`update messages set expires_at = now() - interval '71 hours'`)
  await rig.receipts.matchParked()
  expect(await state(rig.node, id)).toMatchObject({ status: 'delivered' })
})

test('a provider that writes ids in two forms is found out by twenty receipts, and said so once', async () => {
  const ids = { next: 0xabc000 }
  const rig = await start({
    sms: [
      scripted(() => ({
        kind: 'accepted',
        providerMessageId: (ids.next++).toString(16).toUpperCase(),
        status: 'sent',
      })),
    ],
  })
  await Promise.all(Array.from({ length: 25 }, () => rig.node.delivery.intake.addSms(message())))
  await until(async () => (await ask(rig.node, `select from messages where status = 'sent'`)).length === 25)
  for (let nth = 0; nth < 19; nth++) {
    await rig.receipts.settle(receipt(String(0xabc000 + nth), 'delivered', { contact: CONTACT }))
  }
  expect(rig.receipts.proposals()).toEqual([])
  await rig.receipts.settle(receipt(String(0xabc000 + 19), 'delivered', { contact: OTHER }))
  expect(rig.receipts.proposals()).toEqual([])
  for (let nth = 20; nth < 25; nth++) {
    await rig.receipts.settle(receipt(String(0xabc000 + nth), 'delivered', { contact: CONTACT }))
  }
  expect(rig.receipts.proposals()).toMatchObject([
    { name: 'scripted: receipts', fix: 'Set message_id=hex-dec in its URL.' },
  ])
  expect(rig.lines.filter((line) => line.includes('receipts.id_mode'))).toHaveLength(1)
})
