// No secret stands in the tree: keys of ours, and those of whom we speak to. Looks at what git knows, and at what it would add.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const PATTERNS = [
  { what: 'an API key', pattern: /(?<!\w)tidings_(?:live|test)_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}(?!\w)/ },
  { what: 'a webhook’s secret', pattern: /(?<!\w)whsec_[0-9A-Za-z+/]{32,88}={0,2}(?![\w+/])/ },
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[\s\\nr]{1,4}[0-9A-Za-z+/]{32}/ },
  { what: 'a Google API key', pattern: /(?<!\w)AIza[\w-]{35}(?!\w)/ },
  { what: 'a Twilio account', pattern: /(?<!\w)(?:AC|SK)[0-9a-f]{32}(?!\w)/ },
  { what: 'a token of GitHub or npm', pattern: /(?<!\w)(?:gh[pousr]_|npm_)[0-9A-Za-z]{36}(?!\w)/ },
  { what: 'a key of AWS', pattern: /(?<!\w)AKIA[0-9A-Z]{16}(?!\w)/ },
]

/** Published by others as examples, or plainly none. */
const KNOWN = new Set([
  'AC00000000000000000000000000000000',
  'AC00000000000000000000000000000001',
  'SK00000000000000000000000000000000',
  // Of the specification of Standard Webhooks.
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
])

const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
const problems = listed
  .toString()
  .split('\0')
  .filter((file) => file !== '' && !/\.(?:png|woff2|ico)$/.test(file))
  .flatMap(problemsIn)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1

function problemsIn(file) {
  const text = read(file)
  return PATTERNS.flatMap(({ what, pattern }) =>
    [...text.matchAll(new RegExp(pattern, 'g'))]
      .filter(([found]) => !KNOWN.has(found))
      .map(({ index }) => `${file}:${text.slice(0, index).split('\n').length} holds ${what}`),
  )
}

/** What is deleted and not committed yet is listed, too. */
function read(file) {
  try {
    return readFileSync(`${ROOT}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
