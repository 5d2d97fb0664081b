import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkFids, checkPushContent, checkTokens } from '../../src/domain/push/push-content.ts'
import { toPushContent } from '../../src/domain/push/push-fields.ts'
import { parseTopic } from '../../src/domain/push/push-topics.ts'

const HELLO = { title: 'Hello', body: 'World' }

describe('the content of a push', () => {
  it('is fine with a title and a body, and with everything FCM has', () => {
    const full = {
      ...HELLO,
      data: { order: '4711', From: 'case counts', googles: 'no dot', fromage: 'x' },
      image: 'https://example.com/a.png',
      link: 'https://example.com/orders/4711',
      android: { priority: 'high', notification: { channel_id: 'orders' } },
      apns: { payload: { aps: { badge: 1 } } },
      webpush: { headers: { Urgency: 'high' } },
      fcm_options: { analytics_label: 'orders' },
      ttl: 0,
    }
    expect(checkPushContent(HELLO, 'token')).toEqual([])
    expect(checkPushContent(full, 'topic')).toEqual([])
  })

  it.each(['from', 'message_type', 'google.a', 'google.', 'gcm.notification.title'])(
    'may not use the key %s in data',
    (key) => {
      expect(checkPushContent({ ...HELLO, data: { [key]: 'x' } }, 'token')).toEqual([
        { path: `data.${key}`, message: 'FCM keeps this key for itself.', suggestion: `app_${key}` },
      ])
    },
  )

  it('has only strings in data', () => {
    expect(checkPushContent({ ...HELLO, data: { count: 5, on: true, list: [1], no: null, ok: '' } }, 'token')).toEqual([
      { path: 'data.count', message: 'A value in data is a string.', suggestion: 'Write "5"' },
      { path: 'data.on', message: 'A value in data is a string.', suggestion: 'Write "true"' },
      { path: 'data.list', message: 'A value in data is a string.', suggestion: 'Write it as JSON in a string' },
      { path: 'data.no', message: 'A value in data is a string.', suggestion: 'Write it as JSON in a string' },
    ])
  })

  it('has at most 64 keys in data', () => {
    const keys = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, '']))
    expect(checkPushContent({ ...HELLO, data: keys(64) }, 'token')).toEqual([])
    expect(checkPushContent({ ...HELLO, data: keys(65) }, 'token')).toMatchObject([{ path: 'data' }])
  })

  it.each([-1, 1.5, 2_419_201, Number.NaN, Number.POSITIVE_INFINITY])('does not take %s as ttl', (ttl) => {
    expect(checkPushContent({ ...HELLO, ttl }, 'token')).toMatchObject([{ path: 'ttl' }])
    expect(checkPushContent({ ...HELLO, ttl: 2_419_200 }, 'token')).toEqual([])
  })

  it('opens only https links, and fetches pictures from whole addresses', () => {
    const link = ['http://example.com', 'example.com', 'javascript:alert(1)', '', '/orders'].map((text) => ({
      ...HELLO,
      link: text,
    }))
    const image = ['a.png', 'data:image/png;base64,', 'file:///a.png', ''].map((text) => ({ ...HELLO, image: text }))
    expect(link.map((fields) => checkPushContent(fields, 'token')[0]?.path)).toEqual(link.map(() => 'link'))
    expect(image.map((fields) => checkPushContent(fields, 'token')[0]?.path)).toEqual(image.map(() => 'image'))
    expect(checkPushContent({ ...HELLO, image: 'http://example.com/a.png' }, 'token')).toEqual([])
  })

  it('is not nested so deep that it costs anybody the stack', () => {
    expect(checkPushContent({ ...HELLO, android: nested(32) }, 'token')).toEqual([])
    expect(checkPushContent({ ...HELLO, apns: nested(33) }, 'token')).toMatchObject([{ path: 'apns' }])
    expect(checkPushContent({ ...HELLO, webpush: nested(100_000) }, 'token')).toMatchObject([{ path: 'webpush' }])
  })

  it('tells the first twenty faults', () => {
    const data = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, index]))
    expect(checkPushContent({ ...HELLO, data }, 'token')).toHaveLength(20)
  })
})

describe('a topic', () => {
  it('is a bare name; the old spelling with /topics/ is understood', () => {
    expect(parseTopic('news')).toBe('news')
    expect(parseTopic('/topics/news')).toBe('news')
    expect(parseTopic('a'.repeat(900))).toHaveLength(900)
  })

  it.each([
    '',
    '/topics/',
    'topics/news',
    '/news',
    'new s',
    'news\n',
    'nachrichten-ü',
    '/topics//topics/a',
    'a'.repeat(901),
  ])('is not %j', (text) => {
    expect(parseTopic(text)).toBeNull()
  })

  it("is what Google's own package takes for one", () => {
    const isTopic = officialTopicCheck()
    const near = fc.string({
      unit: fc.constantFrom('a', 'Z', '0', '-', '_', '.', '~', '%', '/', '/topics/', ' ', '\n', 'é'),
    })
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (text) => {
        expect(parseTopic(text) !== null).toBe(isTopic(text))
      }),
      { numRuns: 20_000 },
    )
  })
})

describe('targets', () => {
  it('are named by their place when they cannot be registration tokens', () => {
    const tokens = [
      'dGVzdA:APA91b_fictional',
      'sandbox:delivered',
      '',
      ' ',
      'a b',
      'a\n',
      'é',
      'x'.repeat(4096),
      'x'.repeat(4097),
    ]
    expect(checkTokens(tokens).map(({ path }) => path)).toEqual([2, 3, 4, 5, 6, 8].map((index) => `tokens[${index}]`))
    expect(checkTokens([''], 5_000)[0]?.path).toBe('tokens[5000]')
  })

  it('are named by their place when they cannot be installation ids', () => {
    const fids = [
      'cFictional-0123_456789',
      'fict-ional1',
      'cFictional-0123_45678',
      'cFictional-0123_4567890',
      'cFictional+0123/456789',
      '',
    ]
    expect(checkFids(fids).map(({ path }) => path)).toEqual([2, 3, 4, 5].map((index) => `fids[${index}]`))
  })

  it('are complained about twenty times at most', () => {
    expect(checkTokens(Array.from({ length: 100_000 }, () => ''))).toHaveLength(20)
  })
})

it('a field that was not given is null for a provider', () => {
  const none = {
    image: null,
    link: null,
    data: null,
    android: null,
    androidV2: null,
    apns: null,
    webpush: null,
    fcmOptions: null,
  }
  expect(toPushContent(7, HELLO)).toEqual({ notificationId: 7, ...HELLO, dataOnly: false, ttlSeconds: null, ...none })
  expect(toPushContent(7, { ...HELLO, ttl: 0, data: { a: 'b' }, fcm_options: { analytics_label: 'x' } })).toMatchObject(
    {
      ttlSeconds: 0,
      data: { a: 'b' },
      fcmOptions: { analytics_label: 'x' },
    },
  )
})

function nested(depth: number): { readonly [key: string]: Nested } {
  let block: { readonly [key: string]: Nested } = {}
  for (let level = 0; level < depth; level++) block = { a: block }
  return block
}

type Nested = { readonly [key: string]: Nested }

/** firebase-admin keeps it to itself, but for a file's path. */
function officialTopicCheck(): (text: string) => boolean {
  const file = new URL('../../node_modules/firebase-admin/lib/utils/validator.js', import.meta.url)
  const loaded: unknown = createRequire(import.meta.url)(file.pathname)
  if (typeof loaded !== 'object' || loaded === null || !('isTopic' in loaded)) throw new Error('no isTopic')
  const { isTopic } = loaded
  if (typeof isTopic !== 'function') throw new Error('isTopic is no function')
  return (text) => Reflect.apply(isTopic, undefined, [text]) === true
}
