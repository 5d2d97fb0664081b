import { expect, test } from 'vitest'
import type { InboundSms } from '../../src/domain/provider.ts'
import { cleaned, joined, setOf, wholeOf } from '../../src/flows/inbound/inbound-texts.ts'
import type { InboundPart } from '../../src/store/inbound/inbound-parts.ts'

const AT = new Date('2026-03-01T14:02:11.000Z')

function text(more: Partial<InboundSms> = {}): InboundSms {
  return {
    provider: 'smpp',
    providerMessageId: null,
    from: '+201009129288',
    to: '+15005550006',
    text: 'Hello',
    part: null,
    at: null,
    handled: null,
    ...more,
  }
}

const keys = (of: InboundSms, now = AT): readonly string[] => {
  const { key, otherKeys } = wholeOf(of, now)
  return [key, ...otherKeys].map((one) => one.toString('hex'))
}

test('a text is known again by its provider’s id, whatever else has changed', () => {
  const first = keys(text({ providerMessageId: 'SM1' }))
  expect(keys(text({ providerMessageId: 'SM1', text: 'Hello!' }))).toEqual(first)
  expect(keys(text({ providerMessageId: 'SM2' }))).not.toEqual(first)
  expect(keys(text({ providerMessageId: 'SM1', provider: 'twilio' }))).not.toEqual(first)
})

test('without an id it is known by its words and the time it was sent', () => {
  const later = new Date(AT.getTime() + 1_000)
  expect(keys(text({ at: AT }))).toEqual(keys(text({ at: AT }), new Date(0)))
  expect(keys(text({ at: later }))).not.toEqual(keys(text({ at: AT })))
  expect(keys(text({ at: AT, text: 'Bye' }))).not.toEqual(keys(text({ at: AT })))
})

test('with neither, the same words are taken for a repetition for a minute or two', () => {
  const after = (ms: number): boolean => {
    const [first] = keys(text())
    return first !== undefined && keys(text(), new Date(AT.getTime() + ms)).includes(first)
  }
  expect(after(30_000)).toBe(true)
  expect(after(60_000)).toBe(true)
  expect(after(180_000)).toBe(false)
})

test('what Postgres does not take is left out, and what nobody sends is cut', () => {
  const odd = cleaned(text({ from: `+2${'0'.repeat(1_000)}`, to: 'a\u0000b', providerMessageId: '' }))
  expect(odd.from).toHaveLength(256)
  expect(odd).toMatchObject({ to: 'ab', providerMessageId: null })
  expect(wholeOf(text({ text: 'a\u0000b' }), AT).text).toBe('ab')
})

test('a part whose numbers cannot be is a text of its own', () => {
  const numbered = (total: number, number: number): InboundSms['part'] => ({ reference: 7, total, number })
  for (const odd of [numbered(1, 1), numbered(0, 0), numbered(3, 0), numbered(3, 4), numbered(256, 1)])
    expect(setOf(text({ part: odd }))).toBeNull()
  expect(setOf(text({ part: numbered(3, 2) }))).toMatchObject({ number: 2, set: { reference: 7, total: 3 } })
})

const SET = { provider: 'smpp', contact: '+201009129288', sentTo: '+15005550006', reference: 7, total: 4 }

function part(number: number, words: string, more: Partial<InboundPart> = {}): InboundPart {
  return { number, text: words, handled: null, sentAt: null, receivedAt: AT, ...more }
}

test('parts are joined by number, also where a character is split between two of them', () => {
  const [high, low] = ['\ud83d', '\ude00']
  const all = [part(1, 'Hello '), part(2, `you ${high}`), part(3, `${low} how `), part(4, 'are you')]
  expect(joined(SET, all)).toMatchObject({ text: 'Hello you 😀 how are you', segments: 4, missingSegments: 0 })
})

test('what never came is marked once a gap', () => {
  expect(joined(SET, [part(1, 'Hello')])).toMatchObject({ text: 'Hello…', missingSegments: 3 })
  expect(joined(SET, [part(2, 'b'), part(4, 'd')])).toMatchObject({ text: '…b…d', missingSegments: 2 })
})

test('a joined text has the earliest time of its parts, and what the provider took any of them for', () => {
  const later = new Date(AT.getTime() + 5_000)
  const all = [part(1, 'a', { sentAt: later }), part(2, 'b', { sentAt: AT, handled: 'stop' })]
  expect(joined({ ...SET, total: 2 }, all)).toMatchObject({ at: AT, handled: 'stop' })
})
