import { expect, test } from 'vitest'
import type { Attempt, Item } from '../../../web/dashboard/inbox/item.ts'
import { momentsOf } from '../../../web/dashboard/inbox/moments.ts'
import { push, sms } from './items.ts'

function at(second: number): string {
  return `2026-01-05T14:00:0${second}.000Z`
}

function attempt(number: number, status: Attempt['status'], reason: string | null = null): Attempt {
  return { number, status, reason, started_at: at(number), finished_at: at(number) }
}

function told(item: Item): readonly string[] {
  return momentsOf(item).map(
    ({ at: when, what, note }) => `${when.slice(17, 19)} ${what}${note === null ? '' : `, ${note}`}`,
  )
}

const SMS = { created_at: at(0), updated_at: at(9) }

test('a captured message was accepted and captured', () => {
  expect(told(sms(1, { ...SMS, attempts: [attempt(1, 'captured')] }))).toEqual(['00 Accepted', '01 Captured, not sent'])
  expect(told(push(1, SMS))).toEqual(['00 Accepted', '09 Captured, not sent'])
})

test('one that was delivered was with the provider before', () => {
  expect(told(sms(1, { ...SMS, status: 'delivered', attempts: [attempt(1, 'delivered')] }))).toEqual([
    '00 Accepted',
    '01 With the provider',
    '09 Delivered',
  ])
})

test('a life that is played comes after the capture, and is counted for itself', () => {
  const attempts = [attempt(1, 'captured'), attempt(2, 'undelivered', 'unreachable')]
  expect(told(sms(1, { ...SMS, status: 'undelivered', reason: 'unreachable', attempts }))).toEqual([
    '00 Accepted',
    '01 Captured, not sent',
    '02 With the provider',
    '09 Not delivered, the phone was off or out of coverage',
  ])
})

test('an attempt that was not taken is not the end', () => {
  const attempts = [attempt(1, 'failed', 'throttled'), attempt(2, 'delivered')]
  expect(told(sms(1, { ...SMS, status: 'delivered', attempts }))).toEqual([
    '00 Accepted',
    '01 Not taken by the provider, the provider asked for a pause',
    '02 Attempt 2: With the provider',
    '09 Delivered',
  ])
})

test('every attempt that failed is told, the last one by its end', () => {
  const attempts = [attempt(1, 'failed', 'throttled'), attempt(2, 'failed', 'invalid_number')]
  expect(told(sms(1, { ...SMS, status: 'failed', reason: 'invalid_number', attempts }))).toEqual([
    '00 Accepted',
    '01 Not taken by the provider, the provider asked for a pause',
    '09 Not delivered, nobody has this number',
  ])
})

test('one that is still under way ends with where it is', () => {
  const attempts = [attempt(1, 'failed', 'throttled')]
  expect(told(sms(1, { ...SMS, status: 'queued', reason: 'throttled', attempts }))).toEqual([
    '00 Accepted',
    '01 Not taken by the provider, the provider asked for a pause',
    '09 Waiting to go out, the provider asked for a pause',
  ])
})
