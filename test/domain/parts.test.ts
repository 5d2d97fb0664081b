import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PARTIALLY_FAILED, sumUp, type PartState } from '../../src/domain/sms/parts.ts'
import type { Status } from '../../src/domain/status.ts'

function part(number: number, status: Status, more: Partial<PartState> = {}): PartState {
  const reason = status === 'sent' || status === 'delivered' ? null : `reason_${number}`
  return { attempt: 1, number, total: 3, reference: 7, providerMessageId: `theirs-${number}`, status, reason, ...more }
}

test('a message is delivered when the handset has all of its parts, and no sooner', () => {
  const two = [part(1, 'delivered'), part(2, 'delivered')]
  expect(sumUp(two)).toEqual({ whole: false, status: 'sent', reason: null })
  expect(sumUp([...two, part(3, 'sent')])).toEqual({ whole: true, status: 'sent', reason: null })
  expect(sumUp([...two, part(3, 'delivered')])).toEqual({ whole: true, status: 'delivered', reason: null })
})

test('one part that will not arrive makes a message undelivered, for its own reason until another has arrived', () => {
  const one = [part(1, 'delivered'), part(2, 'undelivered'), part(3, 'sent')]
  expect(sumUp(one)).toEqual({ whole: true, status: 'undelivered', reason: PARTIALLY_FAILED })
  const rest = [part(1, 'sent'), part(2, 'undelivered'), part(3, 'sent')]
  expect(sumUp(rest)).toEqual({ whole: true, status: 'undelivered', reason: 'reason_2' })
  const all = [part(1, 'undelivered'), part(2, 'expired'), part(3, 'failed')]
  expect(sumUp(all)).toEqual({ whole: true, status: 'undelivered', reason: 'reason_1' })
})

test('a part that was submitted again counts as that, unless the handset has it already', () => {
  const first = [part(1, 'delivered'), part(2, 'undelivered'), part(3, 'delivered')]
  expect(sumUp([...first, part(2, 'sent', { attempt: 2 })])).toMatchObject({ status: 'sent' })
  expect(sumUp([...first, part(2, 'delivered', { attempt: 2 })])).toMatchObject({ status: 'delivered' })
  expect(sumUp([...first, part(1, 'undelivered', { attempt: 2 }), part(2, 'delivered', { attempt: 2 })])).toMatchObject(
    {
      status: 'delivered',
    },
  )
})

test('parts that no handset can join are not counted together: the newest decide, unless all of older ones have arrived', () => {
  const first = [part(1, 'delivered'), part(2, 'undelivered'), part(3, 'sent')]
  const anew = (number: number, status: Status): PartState =>
    part(number, status, { attempt: 2, reference: 8, total: 2 })
  expect(sumUp([...first, anew(1, 'sent')])).toEqual({ whole: false, status: 'sent', reason: null })
  expect(sumUp([...first, anew(1, 'sent'), anew(2, 'delivered')])).toEqual({
    whole: true,
    status: 'sent',
    reason: null,
  })
  const all = [1, 2, 3].map((number) => part(number, 'delivered'))
  expect(sumUp([...all, anew(1, 'undelivered'), anew(2, 'sent')])).toMatchObject({ status: 'delivered' })
})

test('a part for which no receipt was asked has arrived with those for which one was', () => {
  const two = [part(1, 'sent', { unasked: true }), part(2, 'sent', { unasked: true })]
  expect(sumUp([...two, part(3, 'sent')])).toMatchObject({ status: 'sent' })
  expect(sumUp([...two, part(3, 'delivered')])).toMatchObject({ status: 'delivered' })
  expect(sumUp([...two, part(3, 'sent', { unasked: true })])).toMatchObject({ whole: true, status: 'sent' })
  expect(sumUp([part(1, 'sent', { unasked: true }), part(3, 'delivered')])).toMatchObject({ status: 'sent' })
})

test('what parts come to together depends on none of their orders', () => {
  const status = fc.constantFrom<Status>('sent', 'delivered', 'undelivered', 'expired')
  const parts = fc.uniqueArray(
    fc
      .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), status)
      .map(([number, attempt, is]) => part(number, is, { attempt, total: 4, reference: attempt === 3 ? 8 : 7 })),
    { selector: ({ number, attempt }) => `${number}.${attempt}`, maxLength: 12 },
  )
  fc.assert(
    fc.property(
      parts.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([one, other]) => {
        expect(sumUp(other)).toEqual(sumUp(one))
      },
    ),
  )
})
