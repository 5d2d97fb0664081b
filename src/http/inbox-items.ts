import type { InboxItem, InboxThread } from '../contract/inbox.ts'
import { findCode } from '../domain/sms/code.ts'
import { measureText } from '../domain/sms/sms-text.ts'
import type { InboxPush, InboxRecord, InboxSms } from '../store/inbox/read-inbox.ts'
import { summarise } from './notification-status.ts'

/** A record as it stands on the wire. */
export function toInboxItem(record: InboxRecord): InboxItem {
  return record.channel === 'sms' ? smsItem(record) : pushItem(record)
}

/** A recipient with the latest message. */
export function toInboxThread(last: InboxRecord, count: number): InboxThread {
  const item = toInboxItem(last)
  const { channel, to, topic, targets } = item
  return { key: to ?? (topic === null ? 'several' : `topic:${topic}`), to, topic, channel, targets, count, last: item }
}

function smsItem(sms: InboxSms): InboxItem {
  const { culprit } = measureText(sms.text)
  return {
    id: `sms_${sms.id}`,
    channel: 'sms',
    message_id: sms.id,
    to: sms.contact,
    topic: null,
    targets: 1,
    title: sms.subject,
    body: sms.text,
    image: null,
    data: null,
    status: sms.status,
    reason: sms.reason,
    counts: null,
    tag: sms.tag,
    category: sms.category,
    segments: sms.segments,
    encoding: sms.encoding,
    guilty: sms.encoding === 'gsm7' ? null : culprit,
    ...codeOf(sms.text, sms),
    attempts: sms.attempts.map(({ number, status, reason, startedAt, finishedAt }) => ({
      number,
      status,
      reason,
      started_at: startedAt?.toISOString() ?? null,
      finished_at: finishedAt?.toISOString() ?? null,
    })),
    created_at: sms.time.toISOString(),
    updated_at: sms.updatedAt.toISOString(),
  }
}

function pushItem(push: InboxPush): InboxItem {
  const { image, data } = push.content
  const { status, reason } = summarise(push.counts)
  return {
    id: `push_${push.id}`,
    channel: 'push',
    notification_id: push.id,
    to: push.token,
    topic: push.topic,
    targets: push.targets,
    title: push.title,
    body: push.body,
    image: typeof image === 'string' ? image : null,
    data: textsOf(data),
    status,
    reason: push.reason ?? reason,
    counts: push.counts,
    tag: push.tag,
    category: push.category,
    segments: null,
    encoding: null,
    guilty: null,
    ...codeOf(push.body, push),
    attempts: [],
    created_at: push.time.toISOString(),
    updated_at: push.updatedAt.toISOString(),
  }
}

function codeOf(text: string, { category }: InboxRecord): Pick<InboxItem, 'code' | 'code_at'> {
  const found = findCode(text, category === 'otp')
  if (found === null) return { code: null, code_at: null }
  return { code: found.code, code_at: { index: found.index, length: found.length } }
}

/** It was checked when it was accepted. */
function textsOf(data: unknown): Readonly<Record<string, string>> | null {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, String(value)]))
}
