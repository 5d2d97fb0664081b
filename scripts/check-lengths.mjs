// A function fits on a screen. What counts are its own lines: a factory is not longer for the functions it holds.
import { readFileSync, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MOST_LINES = 50

const problems = ['src', 'web'].flatMap(filesBelow).flatMap(problemsIn)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1

function filesBelow(folder) {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  return files.filter((file) => /\.tsx?$/.test(file)).map((file) => join(folder, file).replaceAll(sep, '/'))
}

function problemsIn(file) {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true)
  return functionsIn(source)
    .map((node) => ({ node, lines: ownLines(source, node) }))
    .filter(({ lines }) => lines > MOST_LINES)
    .map(({ node, lines }) => `${file}:${lineOf(source, node.getStart()) + 1} ${lines} lines, at most ${MOST_LINES}`)
}

function ownLines(source, node) {
  const all = linesOf(source, node)
  return all - functionsIn(node).reduce((sum, inner) => sum + linesOf(source, inner) - 1, 0)
}

function linesOf(source, node) {
  return lineOf(source, node.getEnd()) - lineOf(source, node.getStart()) + 1
}

function lineOf(source, position) {
  return source.getLineAndCharacterOfPosition(position).line
}

/** The outermost functions inside a node, itself not counted; for a file, all of them at every depth. */
function functionsIn(node) {
  const found = []
  const visit = (child) => {
    const isFunction = ts.isFunctionLike(child) && child.body !== undefined
    if (isFunction) found.push(child)
    if (!isFunction || ts.isSourceFile(node)) ts.forEachChild(child, visit)
  }
  ts.forEachChild(node, visit)
  return found
}
