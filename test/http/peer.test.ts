import fc from 'fast-check'
import { fastify } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { createAddressOf, type TrustedProxies } from '../../src/http/peer.ts'

const ADDRESSES = [
  '203.0.113.7',
  '198.51.100.1',
  '10.0.0.1',
  '10.9.9.9',
  '127.0.0.1',
  '2001:db8::1',
  '2001:db8:1::7',
  '::1',
]

function request(peer: string | undefined, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  return { headers, socket: { remoteAddress: peer } } as unknown as IncomingMessage
}

test('without TRUST_PROXY nobody’s word counts, and an IPv4 address is the same on either socket', () => {
  const addressOf = createAddressOf(null)
  expect(addressOf(request('203.0.113.7', '10.0.0.1'))).toBe('203.0.113.7')
  expect(addressOf(request('::ffff:203.0.113.7'))).toBe('203.0.113.7')
  expect(addressOf(request(undefined))).toBe('unknown')
})

test('what a caller writes before a proxy’s own entry changes nothing, nor does what is no address', () => {
  expect(createAddressOf(1)(request('10.0.0.1', '1.1.1.1, 203.0.113.7'))).toBe('203.0.113.7')
  expect(createAddressOf(2)(request('10.0.0.1', 'x, 203.0.113.7'))).toBe('203.0.113.7')
  expect(createAddressOf(['10.0.0.0/8'])(request('10.0.0.1', '1.1.1.1, 203.0.113.7, 10.2.2.2'))).toBe('203.0.113.7')
  expect(createAddressOf(['10.0.0.0/8'])(request('203.0.113.9', '1.1.1.1'))).toBe('203.0.113.9')
  expect(createAddressOf(1)(request('10.0.0.1'))).toBe('10.0.0.1')
  expect(createAddressOf(1)(request('10.0.0.1', '::ffff:1.2.3.4'))).toBe('1.2.3.4')
})

test.each<[string, NonNullable<TrustedProxies>]>([
  ['one proxy', 1],
  ['two proxies', 2],
  ['named ones', ['127.0.0.1', '10.0.0.0/8', '2001:db8::/48']],
])('behind %s it agrees with Fastify’s own reading', async (_name, trusted) => {
  const addressOf = createAddressOf(trusted)
  // Told a number alone, Fastify believes nobody.
  const app =
    typeof trusted === 'number'
      ? fastify({ trustProxy: (_address: string, hop: number) => hop < trusted })
      : fastify({ trustProxy: [...trusted] })
  app.get('/', (theirs, reply) => reply.send({ theirs: theirs.ip, ours: addressOf(theirs.raw) }))
  const address = fc.constantFrom(...ADDRESSES)
  await fc.assert(
    fc.asyncProperty(address, fc.array(address, { maxLength: 4 }), async (peer, chain) => {
      const headers = chain.length === 0 ? {} : { 'x-forwarded-for': chain.join(', ') }
      const answer = await app.inject({ url: '/', remoteAddress: peer, headers })
      const { theirs, ours } = answer.json<{ theirs: string; ours: string }>()
      expect(ours).toBe(theirs)
    }),
    { numRuns: 200 },
  )
})
