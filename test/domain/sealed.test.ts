import { randomBytes, webcrypto } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSealer } from '../../src/domain/sealed.ts'

const [first, second] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const sealer = createSealer(first, [])
const PLACE = 'webhooks|7|secret'

test('what is sealed opens in its place alone', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), fc.string(), (bytes, place, elsewhere) => {
      const sealed = sealer.seal(Buffer.from(bytes), place)
      expect(sealer.open(sealed, place)).toEqual(Buffer.from(bytes))
      if (elsewhere !== place) expect(sealer.open(sealed, elsewhere)).toBeNull()
    }),
  )
})

test('nothing opens of which a bit was changed, or a byte was cut', () => {
  const sealed = sealer.seal(randomBytes(40), PLACE)
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = Buffer.from(sealed)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    expect(sealer.open(changed, PLACE)).toBeNull()
  }
  for (let length = 0; length < sealed.length; length += 1)
    expect(sealer.open(sealed.subarray(0, length), PLACE)).toBeNull()
})

test('the same secret is never sealed the same way twice, and is nowhere in it', () => {
  const secret = Buffer.from('whsec_a secret that is easily found')
  const sealed = Array.from({ length: 100 }, () => sealer.seal(secret, PLACE))
  expect(new Set(sealed.map((one) => one.toString('hex'))).size).toBe(100)
  for (const one of sealed) expect(one.includes('whsec_')).toBe(false)
})

test('a key that was changed still opens while it is among the others, and no longer', () => {
  const sealed = sealer.seal(Buffer.from('secret'), PLACE)
  const between = createSealer(second, [first])
  expect(between.open(sealed, PLACE)?.toString()).toBe('secret')
  expect(sealed.subarray(0, 5).equals(between.mark)).toBe(false)
  const again = between.seal(Buffer.from('secret'), PLACE)
  expect(again.subarray(0, 5)).toEqual(between.mark)
  const after = createSealer(second, [])
  expect(after.open(again, PLACE)?.toString()).toBe('secret')
  expect(after.open(sealed, PLACE)).toBeNull()
})

test('is AES-256-GCM under a key of HKDF, as another implementation reads them', async () => {
  const sealed = sealer.seal(Buffer.from('secret'), PLACE)
  const [nonce, tag, hidden] = [sealed.subarray(5, 17), sealed.subarray(17, 33), sealed.subarray(33)]
  const from = await webcrypto.subtle.importKey('raw', first, 'HKDF', false, ['deriveKey'])
  const derivation = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: Buffer.alloc(0),
    info: Buffer.from('tidings: sealed secrets'),
  }
  const key = await webcrypto.subtle.deriveKey(derivation, from, { name: 'AES-GCM', length: 256 }, false, ['decrypt'])
  const how = { name: 'AES-GCM', iv: nonce, additionalData: Buffer.from(PLACE) }
  const plain = await webcrypto.subtle.decrypt(how, key, Buffer.concat([hidden, tag]))
  expect(Buffer.from(plain).toString()).toBe('secret')
})
