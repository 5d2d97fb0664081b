import { expect, test } from 'vitest'
import { appleAddressFault, deviceTokenOf } from '../../src/domain/push/apple-address.ts'
import { appleHeaders, applePayload, checkApplePush } from '../../src/domain/push/apple-push.ts'
import { checkTokens } from '../../src/domain/push/push-content.ts'
import { toPushContent, type CheckedPushFields } from '../../src/domain/push/push-fields.ts'

const NOW = new Date('2026-03-01T12:00:00.999Z')
const SHOWN = { title: 'Hello', body: 'World' }
const TOPIC = 'com.example.app'

const payload = (fields: Partial<CheckedPushFields>) => applePayload(toPushContent(7, { ...SHOWN, ...fields }))
const headers = (fields: Partial<CheckedPushFields>) =>
  appleHeaders(toPushContent(7, { ...SHOWN, ...fields }), TOPIC, NOW)

test('a push has its words in aps, its data beside it, and what lets a copy replace it', () => {
  expect(payload({ data: { parcel: '1042' }, badge: 3, sound: 'default' })).toEqual({
    aps: { alert: { title: 'Hello', body: 'World' }, badge: 3, sound: 'default' },
    parcel: '1042',
    tidings_id: '7',
  })
  expect(headers({})).toEqual({
    'apns-topic': TOPIC,
    'apns-push-type': 'alert',
    'apns-collapse-id': 'tidings-7',
  })
})

test('a picture stands where FCM puts it, and wakes the extension that fetches it', () => {
  const image = 'https://example.com/a.png'
  const expected = { aps: { 'mutable-content': 1 }, fcm_options: { image } }
  expect(payload({ image })).toMatchObject(expected)
  expect(payload({ image: 'https://example.com/b.png', apns: { fcm_options: { image } } })).toMatchObject(expected)
})

test('what the caller says of Apple stays, in whatever case a header is written', () => {
  const apns = {
    headers: { 'APNS-Collapse-Id': 'mine', 'apns-priority': '1', 'Apns-Topic': 'com.example.other' },
    payload: { aps: { alert: { title: 'On iOS' }, 'thread-id': 'news' }, edition: 'evening' },
  }
  expect(payload({ apns, data: { edition: 'morning' } })).toEqual({
    aps: { alert: { title: 'On iOS', body: 'World' }, 'thread-id': 'news' },
    edition: 'evening',
    tidings_id: '7',
  })
  expect(headers({ apns })).toEqual({
    'apns-topic': 'com.example.other',
    'apns-push-type': 'alert',
    'apns-priority': '1',
    'apns-collapse-id': 'mine',
  })
})

test('data alone is a background push of priority 5, unless the caller has something shown', () => {
  const quiet: Partial<CheckedPushFields> = {
    title: '',
    body: '',
    data_only: true,
    data: { sync: 'orders' },
    priority: 'high',
  }
  expect(payload(quiet)).toEqual({ aps: { 'content-available': 1 }, sync: 'orders', tidings_id: '7' })
  expect(headers(quiet)).toMatchObject({ 'apns-push-type': 'background', 'apns-priority': '5' })
  const shown = { ...quiet, apns: { payload: { aps: { alert: 'Look' } } } }
  expect(payload(shown)['aps']).toEqual({ alert: 'Look' })
  expect(headers(shown)).toMatchObject({ 'apns-push-type': 'alert', 'apns-priority': '10' })
  const silent = { ...quiet, apns: { payload: { aps: { 'content-available': 1, 'thread-id': 'x' } } } }
  expect(headers(silent)).toMatchObject({ 'apns-push-type': 'background', 'apns-priority': '5' })
})

test('each type of push goes to its own topic', () => {
  const topicOf = (type: string) => headers({ apns: { headers: { 'apns-push-type': type } } })['apns-topic']
  expect(topicOf('voip')).toBe('com.example.app.voip')
  expect(topicOf('liveactivity')).toBe('com.example.app.push-type.liveactivity')
  expect(topicOf('alert')).toBe('com.example.app')
})

test('a TTL becomes the moment of expiry, and 0 stays 0', () => {
  expect(headers({ ttl: 3_600 })['apns-expiration']).toBe('1772370000')
  expect(headers({ ttl: 0 })['apns-expiration']).toBe('0')
})

test('a payload of 4,096 bytes is let through, one more is refused with where most of them stand', () => {
  const bytes = (fields: Partial<CheckedPushFields>) => Buffer.byteLength(JSON.stringify(payload(fields)))
  const longestId = String(Number.MAX_SAFE_INTEGER).length - 1
  const room = 4_096 - longestId - bytes({ data: { a: '' } })
  const check = (length: number, more: Partial<CheckedPushFields> = {}) =>
    checkApplePush({ ...SHOWN, data: { a: 'x'.repeat(length) }, ...more })
  expect(check(room)).toEqual([])
  expect(check(room + 1)).toEqual([
    {
      path: '',
      message: 'As JSON for Apple the payload has 4,097 bytes, most of them in data; Apple takes 4,096.',
      suggestion: 'Send an id in data and let the app fetch the rest.',
    },
  ])
  expect(checkApplePush({ title: '', body: 'é'.repeat(2_100) })[0]?.message).toContain('most of them in body;')
  const voip = { apns: { headers: { 'apns-push-type': 'voip' } } }
  expect(check(room + 1_024, voip)).toEqual([])
  expect(check(room + 1_025, voip)).toHaveLength(1)
})

test('what FCM alone reads is refused, with its path', () => {
  const paths = (fields: Partial<CheckedPushFields>) => checkApplePush({ ...SHOWN, ...fields }).map(({ path }) => path)
  expect(paths({ data: { aps: '{}' } })).toEqual(['data.aps'])
  expect(paths({ apns: { live_activity_token: 'ab' } })).toEqual(['apns.live_activity_token'])
  expect(paths({ apns: { headers: { 'Apns-Channel-Id': 'ab' } } })).toEqual(['apns.headers.apns-channel-id'])
})

test('what a header of HTTP/2 can not hold is refused before it would break a connection', () => {
  const faultsOf = (name: string, value: string) =>
    checkApplePush({ ...SHOWN, apns: { headers: { [name]: value } } }).map(({ path }) => path)
  for (const value of ['', 'com.example.app\n', 'com example', 'é', '😀', 'a/../b']) {
    expect(faultsOf('APNS-Topic', value)).toEqual(['apns.headers.apns-topic'])
  }
  for (const value of ['parcel\r\nx: y', 'é', '😀', ' parcel']) {
    expect(faultsOf('apns-collapse-id', value)).toEqual(['apns.headers.apns-collapse-id'])
  }
  expect(faultsOf('apns-collapse-id', 'parcel 1042')).toEqual([])
})

test('an address is apns: and 64 to 200 digits of hex in lower case', () => {
  const hex = 'ab'.repeat(32)
  expect(appleAddressFault(`apns:${hex}`)).toBeNull()
  expect(deviceTokenOf(`apns:${hex}`)).toBe(hex)
  expect(appleAddressFault(hex.slice(2))).toBeNull()
  expect(appleAddressFault(`apns:${hex.toUpperCase()}`)?.suggestion).toBe(`apns:${hex}`)
  const upper = `apns:${hex.toUpperCase()}`
  for (const wrong of [
    'apns:',
    `apns:${hex.slice(2)}`,
    `apns:${hex}a`,
    `apns:${'zz'.repeat(32)}`,
    `apns:${'ab'.repeat(101)}`,
    upper,
  ]) {
    expect(appleAddressFault(wrong)).not.toBeNull()
    expect(deviceTokenOf(wrong)).toBeNull()
  }
  expect(checkTokens([`apns:${hex}`, 'abc', upper])).toMatchObject([{ path: 'tokens[2]', suggestion: `apns:${hex}` }])
})
