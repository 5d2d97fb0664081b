import { describe, expect, it } from 'vitest'
import { checkPushContent } from '../../src/domain/push/push-content.ts'
import { appleSizeWarning, checkPushSize, payloadBytes } from '../../src/domain/push/push-size.ts'

const HELLO = { title: 'Hello', body: 'World' }

describe('the size of a push', () => {
  it('is the bytes of keys and values in UTF-8, and 64 for what is added here', () => {
    expect(payloadBytes(HELLO)).toBe('titleHellobodyWorld'.length + 64)
    expect(payloadBytes({ ...HELLO, body: 'سلام' })).toBe('titleHellobody'.length + 8 + 64)
    expect(payloadBytes({ ...HELLO, data: { a: 'bc' } })).toBe(payloadBytes(HELLO) + 3)
    // A picture needs Apple's mutable-content, too.
    expect(payloadBytes({ ...HELLO, image: 'https://example.com/a.png' })).toBe(payloadBytes(HELLO) + 30 + 19)
  })

  it('counts the platform on which it is largest', () => {
    const android = { notification: { body: 'W'.repeat(1_000) }, ttl: '3600s' }
    const apns = { payload: { aps: { badge: 10, 'mutable-content': 1 } }, headers: { 'apns-priority': '10' } }
    expect(payloadBytes({ ...HELLO, android })).toBe(payloadBytes(HELLO) + 995)
    expect(payloadBytes({ ...HELLO, apns })).toBe(payloadBytes(HELLO) + 'apsbadge10mutable-content1'.length)
    expect(payloadBytes({ ...HELLO, android, apns })).toBe(payloadBytes({ ...HELLO, android }))
  })

  it('counts simple words where they end up, and no words where nothing is shown', () => {
    expect(payloadBytes({ ...HELLO, sound: 'ding' })).toBe(payloadBytes(HELLO) + 'apssoundding'.length)
    expect(payloadBytes({ title: '', body: '', data_only: true, data: { a: 'b' } })).toBe(
      'ab'.length + 'apscontent-available1'.length + 64,
    )
  })

  it('is warned of where Apple, which counts the JSON, may not take what FCM takes', () => {
    const data = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, 'x'.repeat(60)]))
    expect(checkPushSize({ ...HELLO, data }, 'token')).toBeNull()
    expect(appleSizeWarning({ ...HELLO, data })).toMatch(/^As JSON the payload has 4,\d{3} bytes on Apple devices/)
    expect(appleSizeWarning(HELLO)).toBeNull()
  })

  it('can be told of any nesting', () => {
    expect(payloadBytes({ ...HELLO, apns: { payload: nested(100_000) } })).toBe(payloadBytes(HELLO) + 100_000)
  })

  it('is at most 4,096 bytes for a device and 2,048 for a topic', () => {
    const ofSize = (bytes: number): { title: string; body: string } => ({
      title: '',
      body: 'x'.repeat(bytes - 'titlebody'.length - 64),
    })
    expect(checkPushContent(ofSize(4096), 'token')).toEqual([])
    expect(checkPushContent(ofSize(4096), 'fid')).toEqual([])
    expect(checkPushContent(ofSize(4097), 'token')).toEqual([checkPushSize(ofSize(4097), 'token')])
    expect(checkPushSize(ofSize(2048), 'topic')).toBeNull()
    expect(checkPushSize(ofSize(2049), 'topic')).toEqual({
      path: '',
      message: 'The keys and values of the payload have 2,049 bytes; FCM takes 2,048 for a topic.',
      suggestion: 'Send an id in data and let the app fetch the rest.',
    })
  })
})

function nested(depth: number): { readonly [key: string]: Nested } {
  let block: { readonly [key: string]: Nested } = {}
  for (let level = 0; level < depth; level++) block = { a: block }
  return block
}

type Nested = { readonly [key: string]: Nested }
