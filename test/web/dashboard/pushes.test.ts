import { expect, test } from 'vitest'
import { addressOfList, addressOfPush, placeOf } from '../../../web/dashboard/pushes/address.ts'
import type { Push } from '../../../web/dashboard/pushes/client.ts'
import {
  isForgotten,
  paceMs,
  reachOf,
  reportedOf,
  sharesOf,
  standingOf,
  titleOf,
  turnsOf,
  waysOf,
  wordsOfShare,
} from '../../../web/dashboard/pushes/words.ts'

const AT = '2026-03-01T14:02:11.000Z'
const NOW = new Date(AT)

/** To 1,204 devices, all of them with the provider. */
const SENT: Push = {
  notification_id: 7,
  topic: null,
  condition: null,
  title: 'The ferry leaves',
  body: 'In ten minutes',
  content: {},
  tag: null,
  category: 'transactional',
  status: 'sent',
  reason: null,
  verdict: '',
  provider: 'fcm',
  ways: [{ provider: 'fcm', targets: 1_204 }],
  targets: 1_204,
  counts: { sent: 1_204 },
  send_at: null,
  paused_at: null,
  template: null,
  wordings: [],
  waits: [],
  resent_from: null,
  created_at: AT,
  updated_at: AT,
}

const FALLBACK: NonNullable<Push['fallback']> = {
  state: 'waiting',
  reason: null,
  unless: 'received',
  after: 60,
  deadline_at: AT,
  message_id: null,
  done_at: null,
}

test('an address of a push says what was written into it; what can’t be read is the list', () => {
  expect(placeOf(addressOfPush(12))).toEqual({ kind: 'one', id: 12 })
  expect(placeOf(addressOfList('topic:news "on its way"'))).toEqual({ kind: 'list', q: 'topic:news "on its way"' })
  for (const path of ['/dashboard/pushes/0', '/dashboard/pushes/1e3', '/dashboard/pushes/x'])
    expect(placeOf(path)).toEqual({ kind: 'list', q: '' })
})

test('devices are told by what became of them, the best end first, what has not left after all ends', () => {
  const counts = { failed: 3, novel: 1, scheduled: 40, sent: 1_204, queued: 0, suppressed: 2 }
  expect(sharesOf({ counts }).map(wordsOfShare)).toEqual([
    '1,204 with the provider',
    '2 left out, not sent',
    '3 not delivered',
    '40 to go out later',
    '1 novel',
  ])
  expect(standingOf({ ...SENT, reason: 'partial' }).word).toBe('Ended differently')
  expect(reportedOf({ counts: { sent: 4, received: 2, opened: 1 } })).toBe('By 3 devices, opened on 1')
  expect(reportedOf({ counts: { sent: 4 } })).toBeNull()
})

test('a push is looked at again fast while it runs, seldom while it waits, and not at all after its end', () => {
  const running = { ...SENT, counts: { sent: 1_203, queued: 1 } }
  expect(paceMs(running, NOW)).toBe(2_000)
  expect(paceMs({ ...running, paused_at: AT }, NOW)).toBe(10_000)
  expect(paceMs({ ...SENT, counts: { scheduled: 3 } }, NOW)).toBe(10_000)
  expect(paceMs({ ...SENT, counts: { failed: 1_204 }, fallback: FALLBACK }, NOW)).toBe(10_000)
  expect(paceMs(SENT, new Date(NOW.getTime() + 86_400_000))).toBe(60_000)
  expect(paceMs({ ...SENT, counts: { failed: 1_204 } }, NOW)).toBeNull()
})

test('only what can be done to a push is offered', () => {
  const running = { ...SENT, counts: { sent: 1_203, queued: 1 } }
  expect(turnsOf(running)).toEqual(['pause', 'cancel'])
  expect(turnsOf({ ...running, paused_at: AT })).toEqual(['resume', 'cancel'])
  expect(turnsOf(SENT)).toEqual([])
  expect(turnsOf({ ...SENT, fallback: FALLBACK })).toEqual(['cancel'])
  expect(standingOf({ ...running, status: 'queued', paused_at: AT }).word).toBe('Paused')
})

test('ways are counted where there are several, or some devices go by none', () => {
  expect(waysOf(SENT)).toBe('fcm')
  expect(waysOf({ ...SENT, targets: 1_205 })).toBe('fcm 1,204')
  const ways = [...SENT.ways, { provider: 'webpush', targets: 4 }]
  expect(waysOf({ ...SENT, ways })).toBe('fcm 1,204 · webpush 4')
})

test('a push whose words are gone is not taken for one of data alone', () => {
  const silent = { title: '', body: '', content: { data_only: true, data: { sync: 'orders' } } }
  expect([isForgotten(silent), titleOf(silent)]).toEqual([false, 'Data alone'])
  expect(titleOf({ title: '', body: '', content: {} })).toBe('Forgotten')
  expect(titleOf({ title: '', body: 'Until ten', content: {} })).toBe('Until ten')
})

test('what sending once more comes to is said before', () => {
  const report = { topic: null, condition: null, targets: { total: 3, known: 3, new: 0, suppressed: 1 } }
  const ways = [{ provider: 'fcm', targets: 2 }]
  expect(reachOf({ ...report, ways })).toBe('It would go to 2 devices by fcm; 1 more is dead, and left out.')
  expect(reachOf({ ...report, topic: 'news', ways })).toBe('It would go to the topic news by fcm.')
})
