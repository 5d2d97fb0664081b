import { expect, test } from 'vitest'
import type { Msisdn } from '../../src/domain/contact.ts'
import type { Receipt } from '../../src/domain/provider.ts'
import type { Status } from '../../src/domain/status.ts'
import { createReceiptAlarms } from '../../src/flows/receipts/receipt-alarms.ts'
import { failureOfCode } from '../../src/providers/twilio/codes.ts'
import type { ReceiptMove } from '../../src/store/receipts/receipts.ts'

function rig() {
  let now = 0
  const told: string[] = []
  const alarms = createReceiptAlarms(
    () => now,
    (rule, what) => told.push(`${rule} ${what}`),
  )
  const move = (messageStatus: Status | null): unknown => ({
    messageStatus,
    state: { sentTo: '+201009129288' as Msisdn },
  })
  return {
    told,
    pass: (ms: number) => void (now += ms),
    hear(times: number, code: number | null, messageStatus: Status | null, provider = 'one') {
      const failure = code === null ? null : failureOfCode(code)
      const status = code === null ? 'delivered' : 'undelivered'
      const receipt: Receipt = { provider, providerMessageId: '1', attempt: null, status, failure, at: null }
      for (let index = 0; index < times; index += 1) alarms.received(receipt, move(messageStatus) as ReceiptMove)
    },
  }
}

test('more than one in a hundred of at least a hundred within five minutes is an alarm about the provider', () => {
  const { told, hear, pass } = rig()
  hear(99, null, 'delivered')
  hear(99, 30007, 'undelivered', 'two')
  expect(told).toEqual([])
  // One of a hundred is not more than one of a hundred.
  hear(1, 30007, 'undelivered')
  expect(told).toEqual([])
  hear(1, 30007, 'undelivered')
  hear(1, 30007, 'undelivered', 'two')
  expect(told).toEqual(['filtered one', 'filtered two'])
  pass(300_000)
  hear(99, 30007, 'undelivered')
  expect(told).toHaveLength(2)
})

test('a receipt that comes twice counts once', () => {
  const { told, hear } = rig()
  hear(99, null, 'delivered')
  hear(50, 30007, null)
  hear(50, 30450, null)
  expect(told).toEqual([])
})

test('refusals of an account, of a sender, and of a number for pumping are told at once', () => {
  const { told, hear } = rig()
  hear(1, 30002, 'sent')
  hear(1, 30034, 'sent')
  hear(1, 30450, 'failed')
  hear(1, 30005, 'undelivered')
  expect(told).toEqual(['account_refused one', 'sender_refused one', 'fraud_blocked +2010091'])
})
