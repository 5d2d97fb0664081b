// Every regular expression of src and web takes time in proportion to its text, judged by recheck. A minute or two.
import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { check } from 'recheck'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Of what recheck warns with reason, and what does no harm, by the beginning of its source. */
const HARMLESS = [
  // Sees the 32 characters before a number.
  { file: 'src/domain/sms/code.ts', source: '(?:(?<!\\p{L})(?:order|' },
  // Reads our own guides.
  { file: 'src/http/guides.ts', source: '' },
]

const TIMEOUT_MS = 20_000

const found = ['src', 'web'].flatMap(filesBelow).flatMap(expressionsIn)
const distinct = [...new Map(found.map((one) => [`${one.source}/${one.flags}`, one])).values()]
let faults = 0
for (const one of distinct) {
  const problem = await problemOf(one)
  if (problem === null) continue
  faults += 1
  console.error(`${one.file}:${one.line} /${one.source}/${one.flags}: ${problem}`)
}
console.log(`${distinct.length} regular expressions, ${faults} to be mended.`)
process.exitCode = faults === 0 ? 0 : 1

/** Null: it is safe. What is not judged in time is said, too: it is for a person to look at. */
async function problemOf({ file, source, flags }) {
  if (HARMLESS.some((known) => known.file === file && source.startsWith(known.source))) return null
  const { status, complexity, attack, error } = await check(source, flags, { timeout: TIMEOUT_MS })
  if (status === 'safe') return null
  return status === 'vulnerable' ? `${complexity.summary}, by ${attack.pattern}` : `not judged (${error.kind})`
}

function expressionsIn(file) {
  const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
  const tree = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true, kind)
  const expressions = []
  const visit = (node) => {
    const text = textOf(node)
    if (text !== null) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart())
      expressions.push({ ...text, file, line: line + 1 })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return expressions
}

/** Of a literal; of `new RegExp` where its parts are written out. Null: it is none, or is only known when it runs. */
function textOf(node) {
  if (ts.isRegularExpressionLiteral(node)) {
    const text = node.getText()
    const end = text.lastIndexOf('/')
    return { source: text.slice(1, end), flags: text.slice(end + 1) }
  }
  if (!ts.isNewExpression(node) || node.expression.getText() !== 'RegExp') return null
  const [source, flags] = node.arguments ?? []
  if (source === undefined || !ts.isStringLiteralLike(source)) return null
  return { source: source.text, flags: flags !== undefined && ts.isStringLiteralLike(flags) ? flags.text : '' }
}

function filesBelow(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll(sep, '/'))
}
