import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { takesGzip } from '../../src/http/gzip.ts'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

test.each([
  ['gzip', true],
  ['deflate, GZIP;q=0.5', true],
  ['br;q=1.0, gzip ; q=0.001, *;q=0', true],
  ['*', true],
  [undefined, false],
  ['', false],
  ['identity', false],
  ['xgzip', false],
  ['gzip;q=0', false],
  ['gzip; q=0.000, *', false],
  ['*;q=0', false],
])('Accept-Encoding %j: gzip is taken: %j', (header, taken) => {
  expect(takesGzip(header)).toBe(taken)
})

test('the document is packed for who takes that, and is the same', async () => {
  const app = createServer(createStandIns().parts)
  const plain = await app.inject('/openapi.json')
  const packed = await app.inject({ url: '/openapi.json', headers: { 'accept-encoding': 'br, gzip' } })
  await app.close()
  expect(plain.headers).toMatchObject({ vary: 'accept-encoding', 'content-length': String(plain.rawPayload.length) })
  expect(plain.headers['content-encoding']).toBeUndefined()
  expect(packed.headers).toMatchObject({ vary: 'accept-encoding', 'content-encoding': 'gzip' })
  expect(gunzipSync(packed.rawPayload).equals(plain.rawPayload)).toBe(true)
  expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 5)
})
