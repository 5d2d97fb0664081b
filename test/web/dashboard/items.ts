import type { Item, Thread } from '../../../web/dashboard/inbox/item.ts'
import { threadOf } from '../../../web/dashboard/inbox/item.ts'

/** A captured SMS, as the API answers it. */
export function sms(number: number, more: Partial<Item> = {}): Item {
  const at = new Date(Date.UTC(2026, 0, 5, 14, 0, number)).toISOString()
  return {
    id: `sms_${number}`,
    channel: 'sms',
    message_id: number,
    to: '+201009129288',
    topic: null,
    targets: 1,
    title: 'Hello',
    body: 'Your code is 482913',
    image: null,
    data: null,
    status: 'captured',
    reason: null,
    counts: null,
    tag: null,
    category: 'transactional',
    segments: 1,
    encoding: 'gsm7',
    guilty: null,
    code: '482913',
    code_at: { index: 13, length: 6 },
    attempts: [{ number: 1, status: 'captured', reason: null, started_at: at, finished_at: at }],
    created_at: at,
    updated_at: at,
    ...more,
  }
}

/** A captured push to one token. */
export function push(number: number, more: Partial<Item> = {}): Item {
  const { message_id: _, ...rest } = sms(number)
  return {
    ...rest,
    id: `push_${number}`,
    channel: 'push',
    notification_id: number,
    to: 'first-device',
    title: 'Parcel',
    body: 'It has arrived',
    counts: { captured: 1 },
    segments: null,
    encoding: null,
    code: null,
    code_at: null,
    attempts: [],
    ...more,
  }
}

export function thread(last: Item, count = 1): Thread {
  return { key: threadOf(last), count, last }
}
