import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome, Receipt } from '../../src/domain/provider.ts'
import { createReceiptsFlow, type ReceiptsFlow } from '../../src/flows/receipts/receipts.ts'
import { ask, message, scripted, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const nodes = useNodes()

interface Rig {
  readonly node: TestNode
  readonly receipts: ReceiptsFlow
  /** Told of the one message, as long as its submission is not answered. */
  readonly receipt: Receipt
  readonly answer: (outcome: Outcome) => void
}

async function submitOne(providerMessageId: string): Promise<Rig> {
  const owed: ((outcome: Outcome) => void)[] = []
  const node = await nodes.start({
    sms: [scripted(() => new Promise<Outcome>((resolve) => void owed.push(resolve)))],
  })
  const receipts = createReceiptsFlow({
    db: node.db,
    log: pino({ level: 'silent' }),
    providers: new Map(),
    chance: () => 0,
    wait: (ms) => wait(ms),
    onMoved: () => undefined,
  })
  const messageId = (await node.delivery.intake.addSms(message({ onUncertain: 'retry' }))) ?? 0
  await until(() => owed.length === 1)
  const told = failure('transient', 'queue_full', { status: 'undelivered' })
  const attempt = { messageId, number: 1 }
  const receipt: Receipt = {
    provider: 'scripted',
    providerMessageId,
    attempt,
    status: 'undelivered',
    failure: told,
    at: null,
  }
  return { node, receipts, receipt, answer: (outcome) => owed[0]?.(outcome) }
}

const statusOf = async (node: TestNode): Promise<unknown> => (await ask(node, 'select status from messages'))[0]
const dueOf = (node: TestNode): Promise<unknown> =>
  ask(node, `select action, round(extract(epoch from run_at - now()))::integer as seconds from due`)

test('a receipt that says “not now” before its submission is settled has the message sent again, as it would after', async () => {
  const { node, receipts, receipt, answer } = await submitOne('theirs')
  await receipts.settle(receipt)
  answer({ kind: 'accepted', providerMessageId: 'theirs', status: 'sent' })
  await until(async () => (await ask(node, 'select from messages where owner is null')).length === 1)
  expect(await statusOf(node)).toEqual({ status: 'sent' })
  expect(await dueOf(node)).toEqual([{ action: 'send', seconds: 60 }])
})

test('a refusal that comes late is not acted upon before its submission is settled: it would be sent twice', async () => {
  const { node, receipts, receipt, answer } = await submitOne('')
  await expect(receipts.settle(receipt)).rejects.toThrow()
  expect(await statusOf(node)).toEqual({ status: 'sending' })
  expect(await dueOf(node)).toEqual([])
  answer({ kind: 'refused', failure: failure('uncertain', 'timeout') })
  await until(async () => (await ask(node, `select from messages where status = 'uncertain'`)).length === 1)
  await receipts.settle(receipt)
  expect(await dueOf(node)).toEqual([{ action: 'send', seconds: 60 }])
})
