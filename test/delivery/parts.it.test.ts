import { expect, test } from 'vitest'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome, OutboundSms, SentPart } from '../../src/domain/provider.ts'
import { readMessage } from '../../src/store/sms/read-messages.ts'
import { expireDue } from '../../src/store/nodes/reclaim.ts'
import { ask, message, refused, scripted, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const { start } = useNodes()

const LONG = { segments: 3, body: 'A long text' }

function part(number: number, reference = 7): SentPart {
  return { number, total: 3, reference, providerMessageId: `${reference}-${number}` }
}

function accepted(...parts: readonly SentPart[]): Outcome {
  return { kind: 'accepted', providerMessageId: parts[0]?.providerMessageId ?? null, status: 'sent', parts }
}

async function status(node: TestNode, id: number | null): Promise<unknown> {
  const [row] = await ask(node, 'select status from messages where id = $1', [id])
  return row?.['status']
}

test('each part that a provider takes is kept with its id, and told with the attempt', async () => {
  const raw = { ...part(2), rawMessageId: '0x0b' }
  const node = await start({ sms: [scripted(() => accepted(part(1), raw, part(3)))] })
  const id = await node.delivery.intake.addSms(message(LONG))
  await until(async () => (await status(node, id)) === 'sent')
  const sent = await readMessage(node.db, id ?? 0)
  expect(sent).toMatchObject({ providerMessageId: '7-1' })
  const of = { total: 3, status: 'sent', reason: null }
  expect(sent?.attempts).toMatchObject([
    {
      number: 1,
      providerMessageId: '7-1',
      parts: [
        { number: 1, providerMessageId: '7-1', ...of },
        { number: 2, providerMessageId: '7-2', ...of },
        { number: 3, providerMessageId: '7-3', ...of },
      ],
    },
  ])
  expect(await ask(node, 'select number, raw_message_id from sms_parts where raw_message_id is not null')).toEqual([
    { number: 2, raw_message_id: '0x0b' },
  ])
})

test('the id as the provider wrote it is kept beside the one its receipts are matched by', async () => {
  const outcome: Outcome = { kind: 'accepted', providerMessageId: 'B', rawMessageId: '0x0b', status: 'sent' }
  const node = await start({ sms: [scripted(() => outcome)] })
  const id = await node.delivery.intake.addSms(message())
  await until(async () => (await status(node, id)) === 'sent')
  expect((await readMessage(node.db, id ?? 0))?.attempts).toMatchObject([
    { providerMessageId: 'B', rawMessageId: '0x0b' },
  ])
})

test('parts that were refused for now are sent again alone, with the reference of those that were taken', async () => {
  const seen: (OutboundSms['resume'] | null)[] = []
  const later = failure('transient', 'queue_full', { waitsMs: [20, 20, 20] })
  const answers: Outcome[] = [
    { ...refused(later), parts: [part(1)] },
    { ...refused(later), parts: [part(3)] },
    accepted(part(2)),
  ]
  const node = await start({
    sms: [scripted((sms) => (seen.push(sms.resume ?? null), answers.shift() ?? accepted(part(2))))],
  })
  const id = await node.delivery.intake.addSms(message(LONG))
  await until(async () => (await status(node, id)) === 'sent')
  expect(seen).toEqual([null, { reference: 7, total: 3, accepted: [1] }, { reference: 7, total: 3, accepted: [1, 3] }])
  const parts = await ask(node, 'select attempt, number, provider_message_id from sms_parts order by attempt, number')
  expect(parts.map((one) => [one['attempt'], one['number'], one['provider_message_id']])).toEqual([
    [1, 1, '7-1'],
    [2, 3, '7-3'],
    [3, 2, '7-2'],
  ])
  expect(await ask(node, 'select provider_message_id from messages')).toEqual([{ provider_message_id: '7-2' }])
})

test('a message of which some parts were taken and the others never is undelivered, and says so', async () => {
  const no = failure('permanent', 'refused')
  const node = await start({ sms: [scripted(() => ({ ...refused(no), parts: [part(1)] }))] })
  const id = await node.delivery.intake.addSms(message(LONG))
  await until(async () => (await status(node, id)) === 'undelivered')
  expect(await ask(node, 'select reason, attempt from messages')).toEqual([{ reason: 'partially_failed', attempt: 1 }])
  expect(await ask(node, 'select count(*)::integer as due from due')).toEqual([{ due: 0 }])
})

test('a message whose validity ends while some of its parts wait was not "never sent"', async () => {
  const later = failure('transient', 'queue_full', { waitsMs: [3_600_000] })
  const node = await start({ sms: [scripted(() => ({ ...refused(later), parts: [part(1)] }))] })
  const id = await node.delivery.intake.addSms(message({ ...LONG, ttlSeconds: 7_200 }))
  await until(async () => (await ask(node, 'select from due where owner is null')).length === 1)
  // Found by whoever would submit it next.
  await node.db.query(`update messages set expires_at = now()`)
  await node.db.query(`update due set run_at = now()`)
  await until(async () => (await status(node, id)) === 'undelivered')
  expect(await ask(node, 'select attempt from messages')).toEqual([{ attempt: 1 }])
})

test('a message that nobody serves any more, and that has some of its parts out, is undelivered as well', async () => {
  const later = failure('transient', 'queue_full', { waitsMs: [3_600_000] })
  const node = await start({ sms: [scripted(() => ({ ...refused(later), parts: [part(1)] }))] })
  const id = await node.delivery.intake.addSms(message({ ...LONG, ttlSeconds: 7_200 }))
  await until(async () => (await ask(node, 'select from due where owner is null')).length === 1)
  await node.db.query(`update due set expires_at = now()`)
  await until(async () => (await expireDue(node.db, 10)) === 1)
  expect(await status(node, id)).toBe('undelivered')
})

test('a caller’s own parameters reach the provider, at once and after a wait', async () => {
  const tlvs = { '0x1400': '1101', '0x1401': 'hex:0a' }
  const seen: (OutboundSms['tlvs'] | null)[] = []
  const later = failure('transient', 'busy', { waitsMs: [20] })
  const node = await start({
    sms: [
      scripted((sms) => {
        seen.push(sms.tlvs ?? null)
        return sms.attempt === 1 ? refused(later) : accepted()
      }),
    ],
  })
  const extras = { sendAt: null, template: null, resentFrom: null, redirectedTo: null, tlvs }
  const id = await node.delivery.intake.addSms(message({ extras }))
  await until(async () => (await status(node, id)) === 'sent')
  expect(seen).toEqual([tlvs, tlvs])
})
