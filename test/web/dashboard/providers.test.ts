import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Check } from '../../../src/contract/health.ts'
import { lookAgain, nameOf, sorted, summaryOf } from '../../../web/dashboard/providers/checks.ts'
import { readPage, ROOT } from '../../support/documents.ts'

function check(name: string, state: Check['state']): Check {
  return { check: name, state, what: 'It is so.', why: null, fix: [], more: null }
}

test('what must be mended stands before what needs a look, and providers apart from the rest', () => {
  const checks = [check('node', 'ok'), check('provider.fcm', 'ok'), check('disk', 'warn'), check('clock', 'fail')]
  const { ours, others } = sorted([...checks, check('provider.twilio', 'fail')])
  expect(ours.map(nameOf)).toEqual(['twilio', 'fcm'])
  expect(others.map(nameOf)).toEqual(['clock', 'disk', 'node'])
})

test.each([
  [['ok', 'ok'], 'Everything is in order.'],
  [['ok', 'warn'], 'One needs a look.'],
  [['fail', 'warn', 'warn'], 'One thing must be mended, 2 need a look.'],
  [['fail', 'fail'], '2 things must be mended.'],
] as const)('%j: %s', (states, sentence) => {
  expect(summaryOf(states.map((state) => check('x', state)))).toBe(sentence)
})

test('a refusal is told in the words of the service', async () => {
  const refused = { success: false, message: 'This key lacks the scope admin' }
  const answering = (body: object): Promise<Response> => Promise.resolve(Response.json(body))
  expect(await lookAgain(() => answering(refused))).toEqual({ kind: 'failed', why: refused.message })
  expect(await lookAgain(() => Promise.reject(new Error('away')))).toMatchObject({ kind: 'failed' })
  const checks = [check('node', 'ok')]
  expect(await lookAgain(() => answering({ success: true, ready: true, checks }))).toEqual({ kind: 'seen', checks })
})

test('what a check names as documentation is a page that the service has', () => {
  const files = [
    'src/wiring/node-checks.ts',
    ...readdirSync(join(ROOT, 'src/checks')).map((name) => `src/checks/${name}`),
  ]
  const named = files.flatMap((file) => [...readPage(file).matchAll(/more: '([^'#]+)/g)].map(([, page = '']) => page))
  expect(named.length).toBeGreaterThan(5)
  for (const page of named)
    expect([page, /^docs\/[\w-]+\.md$/.test(page) && existsSync(join(ROOT, page))]).toEqual([page, true])
})
