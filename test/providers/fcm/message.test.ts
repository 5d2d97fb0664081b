import { expect, test } from 'vitest'
import type { PushContent } from '../../../src/domain/provider.ts'
import { commonMessage, createEnvelope } from '../../../src/providers/fcm/message.ts'
import { CONTENT } from './rig.ts'

const NOW = new Date('2026-03-01T12:00:00.999Z')

function common(more: Partial<PushContent> = {}) {
  return commonMessage({ ...CONTENT, ...more }, NOW)
}

test('a plain notification carries its title, its body, a tag on every platform and its id in the data', () => {
  expect(common()).toEqual({
    notification: { title: 'Hello', body: 'World' },
    data: { tidings_id: '7' },
    android: { notification: { tag: 'tidings-7' } },
    apns: { headers: { 'apns-collapse-id': 'tidings-7' } },
    webpush: { notification: { tag: 'tidings-7' } },
  })
})

test('a TTL is told to each platform in its own way', () => {
  const message = common({ ttlSeconds: 3_600 })
  expect(message['android']).toMatchObject({ ttl: '3600s' })
  expect(message['apns']).toMatchObject({ headers: { 'apns-expiration': '1772370000' } })
  expect(message['webpush']).toMatchObject({ headers: { TTL: '3600' } })
  expect(common({ ttlSeconds: 0 })['apns']).toMatchObject({ headers: { 'apns-expiration': '0' } })
  expect(common({ ttlSeconds: 0 })['android']).toMatchObject({ ttl: '0s' })
})

test('a link opens in the browser, an image stands in the notification', () => {
  const message = common({ link: 'https://example.com/a', image: 'https://example.com/a.png' })
  expect(message['webpush']).toMatchObject({ fcm_options: { link: 'https://example.com/a' } })
  expect(message['notification']).toMatchObject({ image: 'https://example.com/a.png' })
})

test('what the caller set is kept, in whatever case a header is written', () => {
  const message = common({
    ttlSeconds: 60,
    link: 'https://example.com/ours',
    data: { tidings_id: 'mine', a: 'b' },
    android: { ttl: '5s', priority: 'high', notification: { tag: 'mine', color: '#112233' } },
    apns: { headers: { 'Apns-Collapse-Id': 'mine', 'APNS-EXPIRATION': '5' }, payload: { aps: { badge: 3 } } },
    webpush: {
      headers: { ttl: '5' },
      notification: { tag: 'mine' },
      fcm_options: { link: 'https://example.com/mine' },
    },
    fcmOptions: { analytics_label: 'spring' },
  })
  expect(message).toEqual({
    notification: { title: 'Hello', body: 'World' },
    data: { tidings_id: 'mine', a: 'b' },
    android: { ttl: '5s', priority: 'high', notification: { tag: 'mine', color: '#112233' } },
    apns: { headers: { 'Apns-Collapse-Id': 'mine', 'APNS-EXPIRATION': '5' }, payload: { aps: { badge: 3 } } },
    webpush: {
      headers: { ttl: '5' },
      notification: { tag: 'mine' },
      fcm_options: { link: 'https://example.com/mine' },
    },
    fcm_options: { analytics_label: 'spring' },
  })
})

test('where nothing is shown, a tag of ours does not make it be shown', () => {
  expect(common({ dataOnly: true, data: { a: 'b' } })).toEqual({
    data: { tidings_id: '7', a: 'b' },
    apns: { headers: { 'apns-collapse-id': 'tidings-7' } },
  })
  expect(common({ dataOnly: true, android: { notification: { title: 'Hello' } } })['android']).toEqual({
    notification: { tag: 'tidings-7', title: 'Hello' },
  })
})

test('no collapse key is ever added', () => {
  expect(JSON.stringify(common({ ttlSeconds: 60 }))).not.toContain('collapse_key')
  expect(common({ android: { collapse_key: 'mine' } })['android']).toMatchObject({ collapse_key: 'mine' })
})

test('the text for a target is the common message with the target in it, quotes and all', () => {
  const content = { ...CONTENT, title: 'He said "no"\u2028', data: { k: '\u0000' } }
  const envelope = createEnvelope(content, NOW)
  for (const [kind, value] of [
    ['token', 'a"b\\c'],
    ['fid', 'é'],
    ['topic', 'news'],
    ['condition', "'news' in topics"],
  ] as const) {
    expect(JSON.parse(envelope.bodyFor({ kind, value }))).toEqual({
      message: { ...commonMessage(content, NOW), [kind]: value },
    })
  }
})
