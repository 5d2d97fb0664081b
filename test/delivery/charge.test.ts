import { expect, test } from 'vitest'
import { chargeOf } from '../../src/delivery/charge.ts'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome, SentPart } from '../../src/domain/provider.ts'
import type { SmsWork } from '../../src/store/sms/sms-work.ts'
import { CAIRO, rig, rule, via } from '../support/routing.ts'

const { price } = rig([
  rule({
    via: [via('a', { sender: 'Acme', prices: new Map([['EG', 0.021]]) }), via('b', { prices: new Map([['*', 0.03]]) })],
    fallbacks: [via('c')],
  }),
]).routing

const work = (more: Partial<SmsWork> = {}): SmsWork => ({
  id: 1,
  contact: CAIRO,
  sender: 'Acme',
  text: 'x',
  segments: 3,
  category: 'transactional',
  onUncertain: 'reconcile',
  provider: 'a',
  owner: 1,
  attempt: 0,
  due: false,
  tried: [],
  ...more,
})

const SENT: Outcome = { kind: 'accepted', providerMessageId: 'x', status: 'sent' }
const refused = (kind: 'permanent' | 'uncertain', parts?: readonly SentPart[]): Outcome => ({
  kind: 'refused',
  failure: failure(kind, 'busy'),
  ...(parts === undefined ? {} : { parts }),
})
const part = (number: number): SentPart => ({ number, total: 4, reference: 1, providerMessageId: `p${number}` })

const amount = (outcome: Outcome, more: Partial<SmsWork> = {}): number | null =>
  chargeOf(work(more), outcome, price)?.amount ?? null

test('a submission costs what the routes say of its provider, once a segment', () => {
  expect(chargeOf(work(), SENT, price)).toEqual({ amount: 0.063, currency: 'EUR' })
  expect(amount(SENT, { provider: 'b' })).toBe(0.09)
  expect([amount(SENT, { provider: 'c' }), amount(SENT, { provider: 'sandbox' })]).toEqual([null, null])
})

test('what a provider did not take costs nothing, what it may have taken does, and of parts those that it took', () => {
  expect([amount(refused('permanent')), amount(refused('uncertain'))]).toEqual([null, 0.063])
  expect(amount({ ...SENT, parts: [1, 2, 3, 4].map(part) })).toBe(0.084)
  expect(amount(refused('permanent', [part(1)]))).toBe(0.021)
  const resume = { reference: 1, total: 4, accepted: [1, 2] }
  expect(amount({ ...SENT, parts: [1, 2, 3, 4].map(part) }, { resume })).toBe(0.042)
  expect(amount(refused('uncertain'), { resume })).toBe(0.042)
  // Vonage takes no single parts: it is given all of them again, which have another reference.
  const anew = [1, 2, 3, 4].map((number) => ({ ...part(number), reference: 2 }))
  expect(amount({ ...SENT, parts: anew }, { resume })).toBe(0.084)
})
