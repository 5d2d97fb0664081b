import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { REASON_SECTIONS } from '../src/domain/reason-pages.ts'
import { readPage, ROOT } from './support/documents.ts'

/** Where a message gets its reason; the HTTP ring only passes it on, but for `partial`. */
const RINGS = ['delivery', 'domain', 'flows', 'providers', 'store'].map((ring) => join('src', ring))

const sources = [...RINGS.flatMap(filesIn), 'src/http/notification-status.ts', 'docs/operations.md']
  .map(readPage)
  .join('\n')

/** How a reason is written in the code: a field, a failure's second argument, a row of a provider's codes, a word of SQL. */
const WRITTEN = [
  // Why a session ended is no message's reason.
  /(?<!kind: '(?:ended|unreached)', )\breason: '([a-z_]+)'(?! \|)/g,
  /\bfailure\(\s*'[a-z-]+',\s*'([a-z_]+)'/g,
  /\['(?:permanent|recipient-gone|transient|throttled|blocked|uncertain)', '(?!transient')([a-z_]+)'/g,
  /^ {2}'\d+': '([a-z_]+)',$/gm,
  /\breason = '([a-z_]+)'/g,
  /\breason = case .* then '([a-z_]+)' else '(?:[a-z_]+)' end/g,
  /\breason = case .* then '(?:[a-z_]+)' else '([a-z_]+)' end/g,
  /\breason: .* \? '([a-z_]+)' : null/g,
  /\breason = case .* then '([a-z_]+)' else \w+\.reason end/g,
  // Of targets that are left out at once.
  /\bknown\.suppressed \?\? '([a-z_]+)'/g,
  /^export const NO_PROVIDER = '([a-z_]+)'$/gm,
]

/** A call that was throttled waits, and what is scheduled has that for its status: neither is why anything ended. */
const OF_WAITING = new Set(['throttled', 'scheduled'])

test('every reason of the code is explained, and every explained one is in the code', () => {
  const explained = [...readPage('docs/reasons.md').matchAll(/^\| `([a-z_]+)` +\|/gm)].map((match) => match[1] ?? '')
  const coded = WRITTEN.flatMap((pattern) => [...sources.matchAll(pattern)].map((match) => match[1] ?? ''))
  expect(new Set(explained).size).toBe(explained.length)
  expect(explained.toSorted()).toEqual(
    [...new Set([...coded, ...ofTheLink()])].filter((word) => !OF_WAITING.has(word)).toSorted(),
  )
})

/** Twilio's link: as it is called where the request was written, else with what failed. */
function ofTheLink(): readonly string[] {
  const [, union = ''] = /readonly reason: ('dns'.*)/.exec(readPage('src/providers/http-call.ts')) ?? []
  const faults = [...union.matchAll(/'([a-z]+)'/g)].map((match) => match[1] ?? '')
  const written = faults.filter((fault) => ['timeout', 'reset', 'aborted'].includes(fault))
  const unwritten = faults.filter((fault) => !['timeout', 'aborted'].includes(fault)).map((fault) => `${fault}_failed`)
  expect(faults).toHaveLength(6)
  return [...written, ...unwritten, 'connect_timeout']
}

function filesIn(directory: string): readonly string[] {
  return readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(directory, file))
}

test('what the page says of a reason, `tidings explain` says, too', () => {
  const rows = [...readPage('docs/reasons.md').matchAll(/^\| `([a-z_]+)` +\| (.*?) +\| (.*?) +\|$/gm)]
  const ofPage = rows.map(([, word = '', what = '', helps = '']) => [word, plainly(what), plainly(helps)])
  const ofProgram = REASON_SECTIONS.flatMap(([, pages]) => [...pages]).map(([word, { what, helps }]) => [
    word,
    what,
    helps,
  ])
  expect(ofProgram.length).toBeGreaterThan(70)
  expect(ofProgram).toEqual(ofPage)
})

function plainly(text: string): string {
  return text.replaceAll("'", '’')
}
