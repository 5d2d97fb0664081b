import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readJson } from '../../src/http/json.ts'
import { readLargeJson, type LongLists } from '../../src/http/large-json.ts'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

const LISTS: LongLists = {
  objects: false,
  names: new Set(['tokens', 'fids']),
  mostMembers: 1_000,
  mostOtherBytes: 32_768,
  tooMany: () => new Error('too many'),
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const body = fc.record(
  {
    tokens: fc.array(fc.oneof(text, fc.stringMatching(/^[\\"{}[\],:]{0,12}$/)), { maxLength: 30 }),
    fids: fc.array(text, { maxLength: 5 }),
    title: text,
    data: fc.dictionary(fc.stringMatching(/^[a-z"\\]{1,8}$/), text),
    android: fc.record({ tokens: fc.array(text), nested: fc.array(fc.array(fc.nat())) }),
  },
  { requiredKeys: [] },
)

test('a body read in blocks is the same as one read at once', async () => {
  await fc.assert(
    fc.asyncProperty(body, fc.constantFrom(undefined, 1, '\t'), async (value, indent) => {
      const bytes = Buffer.from(JSON.stringify(value, null, indent))
      expect(await readLargeJson(bytes, LISTS)).toEqual(readJson(bytes))
    }),
    { numRuns: 1_000 },
  )
})

test('a body that is broken anywhere is refused, in blocks as at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      body,
      fc.nat(),
      fc.constantFrom('', ',', '"', '}', ']', '[', '{', ':', '\\', '1'),
      async (value, at, put) => {
        const whole = JSON.stringify(value)
        const cut = at % whole.length
        const bytes = Buffer.from(whole.slice(0, cut) + put + whole.slice(cut + 1))
        const atOnce = attempt(() => readJson(bytes))
        const inBlocks = await readLargeJson(bytes, LISTS).then(
          (read) => ({ read }),
          () => 'refused',
        )
        expect(inBlocks).toEqual(atOnce)
      },
    ),
    { numRuns: 3_000 },
  )
})

test.each([
  ['a gap at the end of a block', (long: string) => `{"tokens":["${long}",]}`],
  ['a gap between blocks', (long: string) => `{"tokens":["${long}",,"a"]}`],
  ['a block of blanks', (long: string) => `{"tokens":[${' '.repeat(long.length)},"a"]}`],
  ['a list with no end', (long: string) => `{"tokens":["${long}","a"`],
  ['a list that ends as an object', (long: string) => `{"tokens":["${long}","a"}`],
  ['a list named twice', (long: string) => `{"tokens":["${long}","a"],"tokens":["b"]}`],
  ['too deep a nesting inside a list', (long: string) => `{"tokens":["${long}",${'['.repeat(20)}${']'.repeat(20)}]}`],
  ['a text that never ends', (long: string) => `{"tokens":["${long}`],
  ['something after the end', (long: string) => `{"tokens":["${long}","a"]}{}`],
] as const)('%s is refused', async (_name, build) => {
  // Two texts, each as long as one may be: the comma after them ends a block.
  const long = `${'x'.repeat(60_000)}","${'y'.repeat(60_000)}`
  await expect(readLargeJson(Buffer.from(build(long)), LISTS)).rejects.toThrow()
})

test('lists that are long, mixed and escaped arrive whole', async () => {
  const tokens = Array.from({ length: 900 }, (_, index) => `"${'\\'.repeat(index % 7)},]é😀${'x'.repeat(200)}${index}`)
  const value = { title: 't', tokens, android: { tokens: ['kept'] }, fids: ['one'], body: 'b' }
  expect(await readLargeJson(Buffer.from(JSON.stringify(value)), LISTS)).toEqual(value)
})

test('more members than fit are refused while they are counted', async () => {
  const bytes = Buffer.from(JSON.stringify({ tokens: Array.from({ length: 1_001 }, () => 'a') }))
  await expect(readLargeJson(bytes, LISTS)).rejects.toThrow('too many')
})

test('a hundred thousand tokens pass, one more does not', async () => {
  const { parts, recorded } = createStandIns()
  const app = createServer(parts)
  const send = (count: number): Promise<{ statusCode: number; body: string }> => {
    const tokens = Array.from({ length: count }, (_, index) => `token-${index}`)
    return app.inject({ method: 'POST', url: '/notifications/tokens', payload: { tokens, title: 'a', body: 'b' } })
  }
  expect((await send(100_000)).statusCode).toBe(200)
  expect(recorded.tokens[0]?.tokens.at(-1)).toBe('token-99999')
  const refused = await send(100_001)
  expect(refused.statusCode).toBe(400)
  expect(JSON.parse(refused.body)).toMatchObject({ code: 'invalid_request', details: [{ path: 'tokens' }] })
})

test('tokens and installation ids count together', async () => {
  const { parts } = createStandIns()
  const half = Array.from({ length: 50_001 }, (_, index) => `t${index}`)
  const payload = { tokens: half, fids: half, title: 'a', body: 'b' }
  const answer = await createServer(parts).inject({ method: 'POST', url: '/notifications/tokens', payload })
  expect(answer.statusCode).toBe(400)
})

test('24 MiB of tokens pass, one byte more does not', async () => {
  const { parts } = createStandIns()
  const app = createServer(parts)
  const frame = JSON.stringify({ tokens: [''], title: 'a', body: 'b' })
  const full = '"' + 'x'.repeat(4_000) + '",'
  const room = 24 * 1024 * 1024 - frame.length
  const tokens = full.repeat(Math.floor(room / full.length)) + '"' + 'y'.repeat(room % full.length) + '"'
  const payload = frame.replace('""', tokens)
  const headers = { 'content-type': 'application/json' }
  const answer = await app.inject({ method: 'POST', url: '/notifications/tokens', headers, payload })
  expect(answer.statusCode).toBe(200)
  const more = await app.inject({ method: 'POST', url: '/notifications/tokens', headers, payload: `${payload} ` })
  expect(more.statusCode).toBe(413)
})

test('members that are no tokens are named by their place', async () => {
  const { parts } = createStandIns()
  const tokens = ['a', null, '', 'x'.repeat(4_097), 5, { a: 1 }]
  const payload = { tokens, title: 'a', body: 'b' }
  const answer = await createServer(parts).inject({ method: 'POST', url: '/notifications/tokens', payload })
  const paths = answer.json<{ details: { path: string }[] }>().details.map((detail) => detail.path)
  expect(paths).toEqual(['tokens[1]', 'tokens[2]', 'tokens[3]', 'tokens[4]', 'tokens[5]'])
})

function attempt(read: () => unknown): unknown {
  try {
    return { read: read() }
  } catch {
    return 'refused'
  }
}
