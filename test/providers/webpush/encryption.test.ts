import { createECDH } from 'node:crypto'
import ece from 'http_ece'
import { jwtVerify, importJWK } from 'jose'
import { describe, expect, test } from 'vitest'
import webPush from 'web-push'
import { MAX_WEB_PUSH_BYTES } from '../../../src/domain/push/web-push-message.ts'
import { drawForMessage, encryptFor } from '../../../src/providers/webpush/encryption.ts'
import { createVapid, publicKeyOf } from '../../../src/providers/webpush/vapid.ts'

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')

/** Source: RFC 8291 §5 and Appendix A. */
const PUBLISHED = {
  plain: 'When I grow up, I want to be a watermelon',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  receiver: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  sender: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
  salt: 'DGv6ra1nlYgDCS1FRnbzlw',
  body: 'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
}

describe('what a push is encrypted to', () => {
  test('is the example of RFC 8291, octet by octet', () => {
    const sender = createECDH('prime256v1')
    sender.setPrivateKey(bytes(PUBLISHED.sender))
    const to = { p256dh: bytes(PUBLISHED.receiver), auth: bytes(PUBLISHED.auth) }
    const body = encryptFor(to, Buffer.from(PUBLISHED.plain), { salt: bytes(PUBLISHED.salt), sender })
    expect(body.toString('base64url')).toBe(PUBLISHED.body)
  })

  test.each([0, 1, 100, MAX_WEB_PUSH_BYTES])('is read by another implementation, with %i octets in it', (size) => {
    const privateKey = createECDH('prime256v1')
    const to = { p256dh: privateKey.generateKeys(), auth: Buffer.alloc(16, 7) }
    const body = encryptFor(to, Buffer.alloc(size, 'é'), drawForMessage())
    expect(body.length).toBeLessThanOrEqual(4_096)
    const read = ece.decrypt(body, { version: 'aes128gcm', privateKey, authSecret: to.auth.toString('base64url') })
    expect(read.equals(Buffer.alloc(size, 'é'))).toBe(true)
  })

  test('is another one each time', () => {
    const to = { p256dh: bytes(PUBLISHED.receiver), auth: bytes(PUBLISHED.auth) }
    const [one, two] = [1, 2].map(() => encryptFor(to, Buffer.from('same'), drawForMessage()))
    expect(one?.subarray(0, 86).equals(two?.subarray(0, 86) ?? Buffer.of())).toBe(false)
  })
})

const KEYS = { ...webPush.generateVAPIDKeys(), subject: 'mailto:push@example.com' }
const ORIGIN = 'https://push.example.net'

function claimsOf(header: string): Readonly<Record<string, unknown>> {
  const [, token = ''] = /t=([^,]+),/.exec(header) ?? []
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}

describe('VAPID', () => {
  test('is signed so that another library takes it, and says what the package web-push says', async () => {
    const header = createVapid(KEYS, () => new Date()).authorization(ORIGIN)
    const [, token = '', key = ''] = /^vapid t=(.+), k=(.+)$/.exec(header) ?? []
    const point = bytes(key)
    const jwk = { kty: 'EC', crv: 'P-256', x: point.toString('base64url', 1, 33), y: point.toString('base64url', 33) }
    const { payload, protectedHeader } = await jwtVerify(token, await importJWK(jwk, 'ES256'), { audience: ORIGIN })
    const theirs = webPush.generateRequestDetails(
      { endpoint: `${ORIGIN}/p/1`, keys: { p256dh: PUBLISHED.receiver, auth: PUBLISHED.auth } },
      'x',
      { vapidDetails: KEYS, TTL: 60 },
    ).headers['Authorization']
    expect(protectedHeader).toEqual({ typ: 'JWT', alg: 'ES256' })
    expect({ ...claimsOf(String(theirs)), exp: 0 }).toEqual({ ...payload, exp: 0 })
    expect(String(theirs).replace(/t=[^,]+/, '')).toBe(header.replace(/t=[^,]+/, ''))
  })

  test('is kept for hours for each push service, and made anew before it ends, for no more than a day', () => {
    let now = new Date('2030-01-01T00:00:00Z')
    const vapid = createVapid(KEYS, () => now)
    const first = vapid.authorization(ORIGIN)
    expect(claimsOf(vapid.authorization('https://other.example')).aud).toBe('https://other.example')
    now = new Date('2030-01-01T10:59:00Z')
    expect(vapid.authorization(ORIGIN)).toBe(first)
    now = new Date('2030-01-01T11:00:00Z')
    const { exp } = claimsOf(vapid.authorization(ORIGIN))
    expect(Number(exp) - now.getTime() / 1_000).toBeGreaterThan(3_600)
    expect(Number(exp) - now.getTime() / 1_000).toBeLessThanOrEqual(86_400)
  })

  test('has a public key that its private one tells', () => {
    expect(publicKeyOf(KEYS.privateKey)).toBe(KEYS.publicKey)
    expect(publicKeyOf('AAAA')).toBeNull()
  })
})
