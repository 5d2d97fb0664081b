import { expect, test } from 'vitest'
import { messageOf } from '../../../web/dashboard/answers.ts'

const LIMITED = { success: false, error: 429, message: 'Too Many Requests' }

test('of a limit that was reached a person is told which one', () => {
  const details = [{ path: 'contact', message: 'This recipient was sent a code a moment ago' }]
  expect(messageOf({ ...LIMITED, details })).toBe('This recipient was sent a code a moment ago')
  expect(messageOf(LIMITED)).toBe('Too Many Requests')
  expect(messageOf({ ...LIMITED, details: [] })).toBe('Too Many Requests')
})

test('of every other refusal it is the sentence of the answer', () => {
  const details = [{ path: 'contact', message: 'No country code' }]
  expect(messageOf({ success: false, error: 400, message: 'contact: No country code.', details })).toBe(
    'contact: No country code.',
  )
  expect([messageOf(null), messageOf('gone'), messageOf({ message: 7 })]).toEqual([null, null, null])
})
