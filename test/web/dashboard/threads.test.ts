import { describe, expect, test } from 'vitest'
import { threadOf } from '../../../web/dashboard/inbox/item.ts'
import {
  MOST_THREADS,
  newAmong,
  withArrived,
  withFirstPage,
  withPage,
  withUpdated,
} from '../../../web/dashboard/inbox/threads.ts'
import { push, sms, thread } from './items.ts'

const OTHER = '+15005550006'

test('a thread is called after the one it went to', () => {
  expect(threadOf(sms(1))).toBe('+201009129288')
  expect(threadOf(push(1))).toBe('first-device')
  expect(threadOf(push(1, { to: null, topic: 'news' }))).toBe('topic:news')
  expect(threadOf(push(1, { to: null, targets: 3 }))).toBe('several')
})

describe('what arrives', () => {
  test('comes on top, and counts', () => {
    const before = [thread(sms(2, { to: OTHER })), thread(sms(1), 4)]
    const after = withArrived(before, [sms(3), sms(4)])
    expect(after.map(({ key, count, last }) => [key, count, last.id])).toEqual([
      ['+201009129288', 6, 'sms_4'],
      [OTHER, 1, 'sms_2'],
    ])
  })

  test('stands in the order in which it came', () => {
    const after = withArrived([], [sms(1), sms(2, { to: OTHER }), sms(3)])
    expect(after.map(({ last }) => last.id)).toEqual(['sms_3', 'sms_2'])
  })

  test('counts once, however often it is told', () => {
    const before = [thread(sms(5), 2)]
    const after = withArrived(before, [sms(5), sms(5, { status: 'delivered', updated_at: '2026-01-05T15:00:00.000Z' })])
    expect(after).toHaveLength(1)
    expect(after[0]).toMatchObject({ count: 2, last: { id: 'sms_5', status: 'delivered' } })
  })

  test('is new only where it is later than what is known', () => {
    const known = [thread(sms(5), 2)]
    expect(newAmong(known, [sms(4), sms(5), sms(6), sms(1, { to: OTHER })]).map(({ id }) => id)).toEqual([
      'sms_6',
      'sms_1',
    ])
  })

  test('does not make the list longer than it may be', () => {
    const full = Array.from({ length: MOST_THREADS }, (_, index) =>
      thread(sms(index, { to: `+2010${index + 10_000_000}` })),
    )
    const after = withArrived(full, [sms(99_999)])
    expect(after).toHaveLength(MOST_THREADS)
    expect(after[0]?.last.id).toBe('sms_99999')
  })
})

test('what is updated stays where it is', () => {
  const before = [thread(sms(2, { to: OTHER })), thread(sms(1))]
  const changed = sms(1, { status: 'delivered', updated_at: '2026-01-05T15:00:00.000Z' })
  const after = withUpdated(before, [changed])
  expect(after.map(({ last }) => last.status)).toEqual(['captured', 'delivered'])
})

test('an older reading of a message does not replace a later one', () => {
  const later = sms(1, { status: 'delivered', updated_at: '2026-01-05T15:00:00.000Z' })
  expect(withUpdated([thread(later)], [sms(1)])[0]?.last.status).toBe('delivered')
})

test('a further page brings only threads that are not there yet', () => {
  const after = withPage([thread(sms(2))], [thread(sms(1)), thread(sms(0, { to: OTHER }))])
  expect(after.map(({ last }) => last.id)).toEqual(['sms_2', 'sms_0'])
})

describe('the first page, read again', () => {
  test('keeps the older ones that were known', () => {
    const known = [thread(sms(2)), thread(sms(1, { to: OTHER }))]
    const after = withFirstPage(known, [thread(sms(3, { to: '+15005550100' })), thread(sms(2))])
    expect(after?.map(({ last }) => last.id)).toEqual(['sms_3', 'sms_2', 'sms_1'])
  })

  test('stands alone when it does not meet them', () => {
    expect(withFirstPage([thread(sms(2))], [thread(sms(900, { to: OTHER }))])).toBeNull()
  })
})
