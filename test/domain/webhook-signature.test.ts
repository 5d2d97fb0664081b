import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { describe, expect, it } from 'vitest'
import {
  newWebhookSecret,
  readWebhookSecret,
  signWebhook,
  webhookHeaders,
} from '../../src/domain/webhooks/webhook-signature.ts'

const nowSeconds = (): number => Math.floor(Date.now() / 1_000)

function bytesOf(secret: string): Buffer {
  const bytes = readWebhookSecret(secret)
  if (bytes === null) throw new Error('no secret')
  return bytes
}

function headersOf(id: string, timestampSeconds: number, signature: string): Record<string, string> {
  return { 'webhook-id': id, 'webhook-timestamp': String(timestampSeconds), 'webhook-signature': signature }
}

/** Both verifiers throw where a signature is wrong. */
function judges(secret: string): readonly ((body: string, headers: Record<string, string>) => unknown)[] {
  return [new Webhook(secret), new SvixWebhook(secret)].map(
    (judge) => (body: string, headers: Record<string, string>) => judge.verify(body, headers),
  )
}

describe('signWebhook', () => {
  it('is understood by two libraries of others, whatever the body', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'grapheme' }), fc.integer({ min: 1 }), (body, number) => {
        const secret = newWebhookSecret(randomBytes)
        const parts = { id: `evt_${number}-1`, timestampSeconds: nowSeconds(), body: Buffer.from(body) }
        const headers = headersOf(parts.id, parts.timestampSeconds, signWebhook(parts, [bytesOf(secret)]))
        for (const verify of judges(secret)) verify(body, headers)
      }),
    )
  })

  it('is taken by a receiver that knows only one of the two secrets', () => {
    const [old, young] = [newWebhookSecret(randomBytes), newWebhookSecret(randomBytes)]
    const parts = { id: 'evt_1-1', timestampSeconds: nowSeconds(), body: '{}' }
    const signature = signWebhook(parts, [bytesOf(young), bytesOf(old)])
    for (const secret of [old, young]) {
      for (const verify of judges(secret)) verify('{}', headersOf(parts.id, parts.timestampSeconds, signature))
    }
  })

  it.each([
    ['another body', { body: '{"a":2}' }],
    ['another id', { id: 'evt_2-1' }],
    ['another time', { timestampSeconds: nowSeconds() - 1 }],
    ['a time of ten minutes ago', { timestampSeconds: nowSeconds() - 600 }],
  ])('does not fit %s', (_what, change) => {
    const secret = newWebhookSecret(randomBytes)
    const parts = { id: 'evt_1-1', timestampSeconds: nowSeconds(), body: '{"a":1}' }
    const signature = signWebhook(parts, [bytesOf(secret)])
    const sent = { ...parts, ...change }
    for (const verify of judges(secret)) {
      expect(() => verify(sent.body, headersOf(sent.id, sent.timestampSeconds, signature))).toThrow(
        /signature|timestamp/i,
      )
    }
  })

  it('gives what the two libraries give', () => {
    const secret = newWebhookSecret(randomBytes)
    const at = new Date()
    const parts = { id: 'evt_9-9', timestampSeconds: Math.floor(at.getTime() / 1_000), body: 'مرحبا' }
    const signature = signWebhook(parts, [bytesOf(secret)])
    expect(new Webhook(secret).sign(parts.id, at, parts.body)).toBe(signature)
    expect(new SvixWebhook(secret).sign(parts.id, at, parts.body)).toBe(signature)
  })

  it.each(['evt_1.2', '', 'evt 1'])('refuses the id "%s", which could be read as another one', (id) => {
    expect(() => signWebhook({ id, timestampSeconds: 1, body: '' }, [randomBytes(32)])).toThrow(/id/)
  })

  it('never signs with nothing', () => {
    expect(() => signWebhook({ id: 'a', timestampSeconds: 1, body: '' }, [])).toThrow(/secret/)
  })
})

describe('webhookHeaders', () => {
  it('has all that a receiver judges by, and the id of the event without a full stop', () => {
    const secret = newWebhookSecret(randomBytes)
    const at = new Date(nowSeconds() * 1_000 + 999)
    const headers = webhookHeaders('742-1', at, Buffer.from('{"a":1}'), [bytesOf(secret)])
    for (const verify of judges(secret)) expect(verify('{"a":1}', { ...headers })).toEqual({ a: 1 })
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': 'evt_742_1',
      'webhook-timestamp': String((at.getTime() - 999) / 1_000),
    })
  })
})

describe('readWebhookSecret', () => {
  it('takes 24 to 64 bytes', () => {
    for (const count of [24, 64]) {
      const bytes = randomBytes(count)
      expect(readWebhookSecret(`whsec_${bytes.toString('base64')}`)).toEqual(bytes)
    }
  })

  it.each([
    ['23 bytes', `whsec_${randomBytes(23).toString('base64')}`],
    ['65 bytes', `whsec_${randomBytes(65).toString('base64')}`],
    ['no beginning', randomBytes(32).toString('base64')],
    ['other characters', `whsec_${'_'.repeat(44)}`],
    ['a line end', `whsec_${randomBytes(32).toString('base64')}\n`],
  ])('refuses %s', (_what, text) => {
    expect(readWebhookSecret(text)).toBeNull()
  })
})
