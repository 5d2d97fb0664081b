// What the linter has no rule for.
import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** `in`: where it applies, `not`: where it does not. */
const RULES = [
  {
    pattern: /\bnew Date\(\)/,
    problem: 'reads the clock; take it as an argument',
    in: /^(src|web)\//,
    not: /^src\/(main|wiring\/world|commands\/(serve|client-command))\.ts$|^src\/fakes\/|^web\/\w+\/main\.tsx$/,
  },
  {
    pattern: /\bconsole\s*\.\s*\w+\(|\bprocess\.(stdout|stderr)\b/,
    problem: 'writes to the terminal; take the log or a function as an argument',
    in: /^src\/[^/]+\//,
    not: /^src\/(fakes\/|commands\/client-command\.ts$)/,
  },
  { pattern: /\bURL\.canParse\(/, problem: 'errs in Node 20; use readUrl', in: /^src\// },
  { pattern: /@ts-(ignore|nocheck|expect-error)/, problem: 'silences the compiler', in: /^(src|web|test)\// },
  { pattern: /\b(it|test|describe)\.only\b/, problem: 'leaves the other tests out', in: /^test\// },
]

const files = ['src', 'web', 'test', 'scripts', 'bench'].flatMap(filesBelow)
const problems = files.flatMap(problemsIn)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1

function problemsIn(file) {
  const rules = RULES.filter((rule) => rule.in.test(file) && !rule.not?.test(file))
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n')
  return lines.flatMap((line, index) =>
    rules.filter((rule) => rule.pattern.test(line)).map((rule) => `${file}:${index + 1} ${rule.problem}`),
  )
}

function filesBelow(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(tsx?|mjs)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll(sep, '/'))
}
