import type { InboxPush, InboxSms } from '../../src/store/inbox/read-inbox.ts'
import type { MessageRecord } from '../../src/store/sms/read-messages.ts'
import type { DeliveryRecord } from '../../src/store/push/read-deliveries.ts'
import type { NotificationRecord } from '../../src/store/push/read-notifications.ts'

const AT = new Date('2026-03-01T14:02:11.000Z')

/** Records with something in every field, so that nothing is left unlooked at. */
export const MESSAGE: MessageRecord = {
  id: 1,
  contact: '+201009129288',
  subject: 'Hello',
  body: 'Your code is 482913',
  sender: 'Acme',
  tag: 'login',
  category: 'otp',
  status: 'delivered',
  reason: null,
  segments: 1,
  encoding: 'gsm7',
  provider: 'twilio',
  providerMessageId: 'SM0123456789abcdef0123456789abcdef',
  uncertainAttempts: 1,
  sendAt: null,
  template: null,
  resentFrom: null,
  redirectedTo: null,
  time: AT,
  updatedAt: AT,
  attempts: [
    {
      number: 1,
      provider: 'twilio',
      providerMessageId: null,
      status: 'uncertain',
      reason: 'timeout',
      startedAt: AT,
      finishedAt: null,
    },
    {
      number: 2,
      provider: 'twilio',
      providerMessageId: 'SM0123456789abcdef0123456789abcdef',
      rawMessageId: 'sm0123456789abcdef0123456789abcdef',
      status: 'delivered',
      reason: null,
      parts: [
        {
          number: 1,
          total: 1,
          providerMessageId: 'SM0123456789abcdef0123456789abcdef',
          status: 'delivered',
          reason: null,
        },
      ],
      startedAt: AT,
      finishedAt: AT,
    },
  ],
}

export const NOTIFICATION: NotificationRecord = {
  id: 1,
  topic: null,
  title: 'Hello',
  body: 'There',
  content: { data: { a: 'b' }, android: { priority: 'high' } },
  tag: null,
  category: 'transactional',
  provider: 'fcm',
  ways: [{ provider: 'fcm', targets: 2 }],
  targets: 2,
  counts: { sent: 1, failed: 1 },
  paused: false,
  pausedAt: null,
  sendAt: null,
  template: null,
  resentFrom: null,
  fallback: null,
  variants: [{ locale: 'de', template: 'sale@1/de', title: 'Hallo', body: 'Du', targets: 1 }],
  waits: [{ reason: 'scheduled', until: AT, targets: 1 }],
  time: AT,
  updatedAt: AT,
}

export const DELIVERY: DeliveryRecord = {
  tokenId: 7,
  token: 'token-7',
  kind: 'token',
  status: 'failed',
  reason: 'unregistered',
  providerMessageId: null,
  receivedAt: null,
  openedAt: null,
  locale: null,
  updatedAt: AT,
}

export const INBOX_SMS: InboxSms = {
  channel: 'sms',
  id: 1,
  contact: '+201009129288',
  subject: 'Hello',
  text: 'Your code is “482-913”',
  segments: 1,
  encoding: 'ucs2',
  tag: 'login',
  category: 'otp',
  status: 'undelivered',
  reason: 'unreachable',
  time: AT,
  updatedAt: AT,
  attempts: [{ number: 1, status: 'undelivered', reason: 'unreachable', startedAt: AT, finishedAt: AT }],
}

export const INBOX_PUSH: InboxPush = {
  channel: 'push',
  id: 1,
  topic: null,
  token: 'token-7',
  reason: null,
  targets: 1,
  title: 'Hello',
  body: 'There',
  content: { data: { a: 'b' }, image: 'https://example.com/a.png' },
  tag: null,
  category: 'transactional',
  counts: { captured: 1 },
  time: AT,
  updatedAt: AT,
}
