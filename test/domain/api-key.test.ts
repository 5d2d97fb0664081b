import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isKeyId, keyPrefix, makeKey, makeSecret, parseKey } from '../../src/domain/api-key.ts'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

test('a key is its mode, an id, 43 digits of base62 that hold 32 random bytes, and a checksum', () => {
  const { id, key } = makeKey('live', randomBytes)
  expect(key).toMatch(/^tidings_live_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/)
  expect(isKeyId(id)).toBe(true)
  expect(key.startsWith(keyPrefix({ mode: 'live', id }))).toBe(true)
  expect(parseKey(key)).toEqual({ mode: 'live', id })
  expect(parseKey(makeKey('test', randomBytes).key)?.mode).toBe('test')
})

test('the checksum is zlib’s CRC-32 of all that precedes it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const { key } = makeKey('test', (count) => bytes.subarray(0, count))
      let rest = crc32(key.slice(0, -6))
      let sum = ''
      for (; sum.length < 6; rest = Math.floor(rest / 62)) sum = `${DIGITS[rest % 62]}${sum}`
      expect(key.slice(-6)).toBe(sum)
    }),
  )
})

test('all 32 bytes are in the secret: the digits give them back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const secret = makeSecret({ mode: 'live', id: 'abcdefghij' }, () => bytes).slice(-49, -6)
      const value = secret.split('').reduce((sum, digit) => sum * 62n + BigInt(DIGITS.indexOf(digit)), 0n)
      expect(value.toString(16).padStart(64, '0')).toBe(Buffer.from(bytes).toString('hex'))
    }),
  )
})

test('a key with any one character changed, missing or added is none', () => {
  const { key } = makeKey('live', randomBytes)
  for (let at = 0; at < key.length; at += 1) {
    const other = key[at] === 'x' ? 'y' : 'x'
    expect(parseKey(key.slice(0, at) + other + key.slice(at + 1))).toBeNull()
    expect(parseKey(key.slice(0, at) + key.slice(at + 1))).toBeNull()
    expect(parseKey(`${key.slice(0, at)}x${key.slice(at)}`)).toBeNull()
  }
  expect(parseKey(key.replace('live', 'test'))).toBeNull()
  expect(parseKey(`${key}\n`)).toBeNull()
  expect(parseKey('')).toBeNull()
})
