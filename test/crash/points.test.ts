import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../support/documents.ts'

/** One line of points/points.mjs: a name, and where it is in what is built. */
const LINE = /^ {2}'([^']+)': \{ file: '([^']+)\.js', name: '([^']+)'(?:, method: '([^']+)')?,/gm

const POINTS = [...readFileSync(join(ROOT, 'test/crash/points/points.mjs'), 'utf8').matchAll(LINE)].map(
  ([, point = '', file = '', name = '', method = '']) => ({
    point,
    file: join(ROOT, 'src', `${file}.ts`),
    name,
    method,
  }),
)

test('every point at which a node can be made to break is a function that there is', () => {
  expect(POINTS.length).toBeGreaterThan(30)
  const missing = POINTS.filter(({ file, name, method }) => {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    // What is set anew must be declared as a function, and what it makes must have the call.
    return !new RegExp(`\\bfunction\\*? ${name}\\b`).test(text) || !new RegExp(`\\b${method}\\b`).test(text)
  })
  expect(missing.map(({ point }) => point)).toEqual([])
})
