import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { firstLine, sameAgain, waitForNext } from '../../../web/dashboard/inbox/curl.ts'
import { push, sms } from './items.ts'

const ORIGIN = 'http://localhost:5000'

/** What the shell hands to curl. */
function argumentsOf(line: string): readonly string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${line}`
  const printed = execFileSync('sh', ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  return printed.split('\0').slice(0, -1)
}

function bodyOf(line: string): unknown {
  const given = argumentsOf(line)
  return JSON.parse(given[given.indexOf('-d') + 1] ?? '')
}

describe('a line for the terminal', () => {
  test('sends a first message', () => {
    const line = firstLine(ORIGIN, 'sms')
    expect(argumentsOf(line).slice(0, 3)).toEqual([`${ORIGIN}/smss`, '-H', 'content-type: application/json'])
    expect(bodyOf(line)).toEqual({ contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' })
    expect(bodyOf(firstLine(ORIGIN, 'push'))).toMatchObject({ tokens: ['first-device'] })
  })

  test.each([
    `it's "quoted": $(id) \`id\` \\ !! \${HOME} ; rm -rf /`,
    'two\nlines, "a":"b", {"c": [1, 2]}',
    "'''",
    '\u202Eabc\u202C 😀 ١٢٣',
  ])('keeps a text to the letter: %j', (body) => {
    expect(bodyOf(sameAgain(ORIGIN, sms(1, { body, title: body, tag: body })))).toEqual({
      contact: '+201009129288',
      subject: body,
      message: body,
      tag: body,
    })
  })

  test('keeps any push to the letter', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0'))
    const property = fc.property(text, text, fc.dictionary(text, text, { maxKeys: 3 }), (title, body, data) => {
      const { image: _, ...sent } = { title, body, data, image: null }
      expect(bodyOf(sameAgain(ORIGIN, push(1, { title, body, data })))).toEqual({ tokens: ['first-device'], ...sent })
    })
    fc.assert(property, { numRuns: 25 })
  })

  test('sends to a condition again as to one', () => {
    const condition = "'news' in topics && !('sport' in topics)"
    expect(bodyOf(sameAgain(ORIGIN, push(1, { topic: condition })))).toMatchObject({ condition })
    expect(bodyOf(sameAgain(ORIGIN, push(1, { topic: 'news' })))).toMatchObject({ topic: 'news' })
  })

  test('asks who got a push to several devices', () => {
    const line = sameAgain(ORIGIN, push(7, { to: null, targets: 3 }))
    expect(argumentsOf(line)).toEqual([`${ORIGIN}/notifications/7/deliveries`])
  })

  test('waits for the next one', () => {
    const [url = ''] = argumentsOf(waitForNext(ORIGIN, sms(1)) ?? '')
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({ to: '+201009129288', extract: 'code' })
    expect(waitForNext(ORIGIN, push(7, { to: null, targets: 3 }))).toBeNull()
  })
})
