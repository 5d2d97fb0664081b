import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHeaderDecoder } from '../../src/http2/header-decoder.ts'
import { createHeaderEncoder } from '../../src/http2/header-encoder.ts'
import { ProtocolError } from '../../src/http2/frames.ts'

const decode = (hex: readonly string[]) => {
  const decoder = createHeaderDecoder()
  return hex.map((block) =>
    decoder.decode(Buffer.from(block.replaceAll(' ', ''), 'hex'))?.map(({ name, value }) => `${name}: ${value}`),
  )
}

const REQUESTS = [
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'],
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com', 'cache-control: no-cache'],
  [':method: GET', ':scheme: https', ':path: /index.html', ':authority: www.example.com', 'custom-key: custom-value'],
]
const [DATE, LATER] = ['date: Mon, 21 Oct 2013 20:13:21 GMT', 'date: Mon, 21 Oct 2013 20:13:22 GMT']
const [CACHE, PLACE] = ['cache-control: private', 'location: https://www.example.com']
const COOKIE = 'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'
const RESPONSES = [
  [':status: 302', CACHE, DATE, PLACE],
  [':status: 307', CACHE, DATE, PLACE],
  [':status: 200', CACHE, LATER, PLACE, 'content-encoding: gzip', COOKIE],
]
/** A table of 256 bytes, as the examples of responses have it. */
const SMALL = '3fe101'

test.each([
  [
    'C.3',
    REQUESTS,
    [
      '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '8286 84be 5808 6e6f 2d63 6163 6865',
      '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    ],
  ],
  [
    'C.4',
    REQUESTS,
    [
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      '8286 84be 5886 a8eb 1064 9cbf',
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
    ],
  ],
  [
    'C.5',
    RESPONSES,
    [
      `${SMALL} 4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
      '4803 3330 37c1 c0bf',
      '88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31',
    ],
  ],
  [
    'C.6',
    RESPONSES,
    [
      `${SMALL} 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
      '4883 640e ffc1 c0bf',
      '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
    ],
  ],
])('the examples of RFC 7541, %s, are read as they stand there', (_, lists, blocks) => {
  expect(decode(blocks)).toEqual(lists)
})

test.each([
  ['an index of 0', '80'],
  ['an index beyond the tables', 'be'],
  ['an index of what had to go', '3f09 4001780161 4001790162 bf'],
  ['a number without end', 'ffffffffffffffffff'],
  ['a number cut off', 'ff'],
  ['a text cut off', '0003616263 05 61'],
  ['a table larger than was offered', '3fe21f'],
  ['a table that changes size after a field', '88 20'],
  ['the end of texts within a text', '00 84 ffffffff 00'],
  ['more than seven bits of padding', '00 82 1fff 00'],
  ['padding that is not of ones', '00 81 18 00'],
])('a header block with %s cannot be read', (_, hex) => {
  expect(() => decode([hex])).toThrow(ProtocolError)
})

test('what is more than 65,536 bytes is not kept, and the table stays in step', () => {
  const decoder = createHeaderDecoder()
  const large = Buffer.concat([Buffer.from('400178 7f a11e'.replaceAll(' ', ''), 'hex'), Buffer.alloc(4_000, 97)])
  expect(decoder.decode(large)).toHaveLength(1)
  expect(decoder.decode(Buffer.alloc(20, 0xbe))).toBeNull()
  expect(decoder.decode(Buffer.from([0xbe]))).toEqual([{ name: 'x', value: 'a'.repeat(4_000) }])
})

test('what is the same for every request takes a byte of a header block, another path its text', () => {
  const encoder = createHeaderEncoder('https', 'push.example')
  const headers = { authorization: `Bearer ${'x'.repeat(1_000)}`, 'content-type': 'application/json' }
  const sizes = ['/a', '/a', '/a', '/a', '/b', '/c'].map((path) => encoder.encode({ path, headers }).length)
  expect(sizes.slice(2)).toEqual([6, 6, 9, 9])
})

test('whatever was encoded is read the same, at any size of the table', () => {
  const name = fc.stringMatching(/^x-[a-z]{1,3}$/)
  const value = fc.oneof(
    fc.constantFrom('a', 'b'.repeat(100)),
    fc.string({ unit: fc.constantFrom('a', 'é', ' '), maxLength: 300 }),
  )
  const list = fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true })
  const steps = fc.array(
    fc.record({ list, table: fc.option(fc.nat(5_000), { freq: 4 }), path: fc.constantFrom('/a', '/b') }),
  )
  fc.assert(
    fc.property(steps, (all) => {
      const [encoder, decoder] = [createHeaderEncoder('http', 'a'), createHeaderDecoder()]
      for (const { list: headers, table, path } of all) {
        if (table !== null) encoder.setTableBytes(table)
        const read = decoder.decode(Buffer.from(encoder.encode({ path, headers })))
        const pseudo = { ':method': 'POST', ':scheme': 'http', ':authority': 'a', ':path': path }
        expect(Object.fromEntries(read?.map((field) => [field.name, field.value]) ?? [])).toEqual({
          ...pseudo,
          ...headers,
        })
      }
    }),
    { numRuns: 200 },
  )
})

test('a header that would end a line is refused before anything has changed, and its value is not told', () => {
  const encoder = createHeaderEncoder('https', 'push.example')
  const write = () => encoder.encode({ path: '/', headers: { authorization: 'Bearer\r\nsecret' } })
  expect(write).toThrow('the header authorization')
  expect(write).not.toThrow('secret')
})
