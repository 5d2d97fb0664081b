import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSearch, SEARCH_WORDS, type Search, type SearchedList } from '../../src/domain/search/search.ts'

const NOW = new Date('2026-03-02T12:00:00.000Z')

function read(query: string, list: SearchedList = 'smss', defaultCountry: string | null = null): Search {
  const reading = parseSearch(query, { list, now: NOW, defaultCountry })
  if (reading.kind === 'problem') throw new Error(reading.faults.map(({ message }) => message).join('; '))
  return reading.search
}

function faults(query: string, list: SearchedList = 'smss'): string {
  const reading = parseSearch(query, { list, now: NOW, defaultCountry: null })
  return reading.kind === 'problem' ? reading.faults.map(({ message }) => message).join('; ') : ''
}

test('nothing asked for is everything', () => {
  expect(read('')).toEqual({ conditions: [], after: null, before: null })
  expect(read('   ')).toEqual({ conditions: [], after: null, before: null })
})

test('all words must hold; of one word that stands twice any value will do', () => {
  expect(read('status:failed via:twilio status:undelivered').conditions).toEqual([
    { word: 'status', not: false, values: ['failed', 'undelivered'] },
    { word: 'via', not: false, values: ['twilio'] },
  ])
})

test('a minus turns a word round, and none of its values may be there', () => {
  expect(read('-tag:a -tag:b tag:c').conditions).toEqual([
    { word: 'tag', not: true, values: ['a', 'b'] },
    { word: 'tag', not: false, values: ['c'] },
  ])
})

test('bare words are looked for in the text, each by itself; quotes keep blanks and colons', () => {
  expect(read('parcel "on its way" "12:30" "say \\"no\\""').conditions).toEqual([
    { word: 'text', not: false, values: ['parcel'] },
    { word: 'text', not: false, values: ['on its way'] },
    { word: 'text', not: false, values: ['12:30'] },
    { word: 'text', not: false, values: ['say "no"'] },
  ])
  expect(read('tag:"two words" text:a text:b').conditions).toEqual([
    { word: 'tag', not: false, values: ['two words'] },
    { word: 'text', not: false, values: ['a', 'b'] },
  ])
})

test.each([
  '+201009129288',
  'to:+201009129288',
  'to:+20 100 912 9288',
  '+20 (100) 912-9288',
  '201009129288',
  '00201009129288',
  '20 100 912 9288',
])('%s finds the contact', (query) => {
  const [condition] = read(query).conditions
  expect(condition).toMatchObject({ word: 'to', not: false, recipients: [{ kind: 'contacts' }] })
  expect(JSON.stringify(condition)).toContain('"+201009129288"')
})

test('a number as it is dialled inside its country finds the contact in every country that it may be of', () => {
  expect(JSON.stringify(read('01009129288').conditions)).toContain('"+201009129288"')
  expect(read('01009129288', 'smss', 'EG').conditions).toEqual([
    { word: 'to', not: false, recipients: [{ kind: 'contacts', contacts: ['+201009129288'] }] },
  ])
})

test('a few digits are a part of a number', () => {
  expect(read('9288 status:failed').conditions).toEqual([
    { word: 'to', not: false, recipients: [{ kind: 'digits', digits: '9288' }] },
    { word: 'status', not: false, values: ['failed'] },
  ])
})

test('times narrow each other, and a minus turns them round', () => {
  expect(read('after:2026-03-01 after:2026-02-01 before:2026-03-01T14:02:11+02:00')).toMatchObject({
    after: new Date('2026-03-01T00:00:00Z'),
    before: new Date('2026-03-01T12:02:11Z'),
  })
  expect(read('last:24h').after).toEqual(new Date('2026-03-01T12:00:00.000Z'))
  expect(read('-last:2w').before).toEqual(new Date('2026-02-16T12:00:00.000Z'))
  expect(read('-before:2026-03-01').after).toEqual(new Date('2026-03-01T00:00:00Z'))
})

test('a token is searched as it is, colons and all', () => {
  expect(read('to:abc:APA91b-_x', 'notifications').conditions).toEqual([
    { word: 'to', not: false, recipients: [{ kind: 'token', token: 'abc:APA91b-_x' }] },
  ])
})

describe('what cannot be read is refused, and says what was meant', () => {
  test.each<[string, SearchedList, string]>([
    ['staus:failed', 'smss', 'did you mean `status:`?'],
    ['status:faild', 'smss', 'did you mean `status:failed`?'],
    ['https://example.com', 'smss', 'unknown word `https:`'],
    ['topic:news', 'smss', '`topic:` means nothing for smss'],
    ['country:XX', 'smss', 'ISO 3166-1'],
    ['country:Egypt', 'smss', 'ISO 3166-1'],
    ['before:2026-02-30', 'smss', 'a day like 2026-03-01'],
    ['before:yesterday', 'smss', 'a day like 2026-03-01'],
    ['last:1y', 'smss', 'a span like 30m'],
    ['last:0h', 'smss', 'a span like 30m'],
    ['last:99999w', 'smss', 'up to ten years'],
    ['to:', 'smss', '`to:` has no value'],
    ['status: failed', 'smss', 'no blank may stand after the colon'],
    ['"no end', 'smss', 'a quote has no end'],
    ['tag:""', 'smss', 'nothing in it'],
    ['to:abc', 'smss', 'a number has digits'],
    ['to:12', 'smss', '3 to 18 of its digits'],
    ['key:tidings_live_0123456789', 'smss', 'never a whole key'],
    ['hello', 'clients', 'found by the number'],
    ['-to:abc', 'tokens', 'cannot be asked'],
    [`text:${'x'.repeat(600)}`, 'smss', 'longer than 512'],
    ['a '.repeat(31), 'smss', 'more than 30 terms'],
  ])('%s among %s', (query, list, sentence) => {
    expect(faults(query, list)).toContain(sentence)
  })

  test('every fault is named at once, with the parameter it stands in', () => {
    const reading = parseSearch('staus:x last:y', { list: 'smss', now: NOW, defaultCountry: null })
    expect(reading).toMatchObject({ kind: 'problem', faults: [{ path: 'q', suggestion: 'status:' }, { path: 'q' }] })
  })
})

test('whatever is typed is read or refused, never a crash, and dates are dates', () => {
  const word = fc.constantFrom(...Object.values(SEARCH_WORDS).flat(), 'foo', 'STATUS')
  const term = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.tuple(word, fc.string({ maxLength: 12 })).map(([name, value]) => `${name}:${value}`),
    fc.tuple(word, fc.string({ maxLength: 8 })).map(([name, value]) => `-${name}:"${value}"`),
  )
  const list = fc.constantFrom<SearchedList>('smss', 'notifications', 'clients', 'tokens')
  fc.assert(
    fc.property(fc.array(term, { maxLength: 6 }), list, (terms, of) => {
      const reading = parseSearch(terms.join(' '), { list: of, now: NOW, defaultCountry: 'EG' })
      if (reading.kind === 'problem') return reading.faults.length > 0
      const { after, before } = reading.search
      return [after, before].every((moment) => moment === null || !Number.isNaN(moment.getTime()))
    }),
    { numRuns: 3_000 },
  )
})
