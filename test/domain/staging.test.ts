import { expect, test } from 'vitest'
import type { Msisdn } from '../../src/domain/contact.ts'
import {
  aimPush,
  detourOf,
  onlyToProblem,
  readStaging,
  redirectToProblem,
  topicWarning,
  type StagingRules,
} from '../../src/domain/staging.ts'

function rules(onlyTo: string | null, redirectTo: string | null = null): StagingRules {
  const read = readStaging(onlyTo, redirectTo)
  if (read === null) throw new Error('neither is set')
  return read
}

const contact = (text: string): Msisdn => text as Msisdn
const [LISTED, OTHER, THIRD] = ['token-of-a-device-1', 'token-of-a-device-2', 'token-of-a-device-3']

test('without either variable everybody may be reached', () => {
  expect(readStaging(null, null)).toBe(null)
})

test.each([
  ['+201009129288', null],
  ['+201119129288', 'capture'],
  ['+15005550006', null],
  ['+15005550007', 'capture'],
])('a list of numbers and beginnings of numbers: %s', (number, kind) => {
  expect(detourOf(rules('+15005550006, +20100*'), contact(number))?.kind ?? null).toBe(kind)
})

test('what is meant for others goes to the number of REDIRECT_TO, which itself is reached', () => {
  const both = rules(null, '+15005550006')
  expect(detourOf(both, contact('+201009129288'))).toMatchObject({ kind: 'redirect', to: '+15005550006' })
  expect(detourOf(both, contact('+15005550006'))).toBe(null)
  expect(detourOf(rules(null, LISTED), contact('+201009129288'))).toMatchObject({ kind: 'capture' })
})

test('a push goes to those targets that are listed, and to nobody else', () => {
  const devices = { tokens: [LISTED, OTHER], fids: [THIRD] }
  expect(aimPush(rules(LISTED), devices)).toMatchObject({
    capture: false,
    devices: { tokens: [LISTED], fids: [] },
    leftOut: { tokens: [OTHER], fids: [THIRD] },
  })
  expect(aimPush(rules('token-of-*'), devices)).toMatchObject({ devices, warning: null })
  expect(aimPush(rules('+15005550006'), devices)).toMatchObject({ capture: true, devices })
  expect(aimPush(rules(LISTED, 'token-of-a-tester'), devices)).toMatchObject({
    capture: false,
    devices: { tokens: [LISTED, 'token-of-a-tester'], fids: [] },
    leftOut: { tokens: [], fids: [] },
  })
  expect(aimPush(rules(null, LISTED), { tokens: [LISTED], fids: [] }).warning).toBe(null)
})

test('a topic is captured unless it is listed', () => {
  expect(topicWarning(rules('topic:test*'), 'testers')).toBe(null)
  expect(topicWarning(rules('topic:test*'), 'news')).toContain('captured')
  expect(topicWarning(rules('test*'), 'testers')).toContain('captured')
  expect(topicWarning(rules(null, LISTED), 'news')).toContain('captured')
})

test.each([
  ['+201009129288', null],
  ['+20*, topic:news  token-of-a-device-1', null],
  ['topic:new/s', 'has an entry, number 1, that names no topic'],
  ['+20*, 01009129288', 'has an entry, number 2, that is a number without + and its country code'],
  ['+2010091x', 'has an entry, number 1, that is no number, nor a beginning of one with *'],
  ['everybody', 'has an entry, number 1, that is neither a number with +, nor a token, nor topic:name'],
])('ONLY_TO %s', (text, problem) => {
  expect(onlyToProblem(text)).toBe(problem)
})

test.each([
  ['+15005550006', null],
  ['+15005550006, token-of-a-device-1', null],
  ['+20*', 'has an entry, number 1, that is neither a whole number with + nor a token'],
  ['topic:news', 'has an entry, number 1, that is neither a whole number with + nor a token'],
  ['+15005550006 +15005550007', 'names more than one number, or more than one token'],
])('REDIRECT_TO %s', (text, problem) => {
  expect(redirectToProblem(text)).toBe(problem)
})
