import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { blocksOf, ROOT } from '../support/documents.ts'

let folder: string

beforeAll(async () => {
  await run(process.execPath, [join(ROOT, 'scripts/build.mjs')], ROOT)
  folder = mkdtempSync(join(tmpdir(), 'tidings-adapter-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/tidings'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const [adapter = '', suite = ''] = blocksOf('docs/providers.md')
  .filter(({ language }) => language === 'js')
  .map(({ text }) => text)

it('the adapter of the documentation keeps every promise that its stage plays', async () => {
  const { code, output } = await runSuite(adapter)
  expect(output).toMatch(/^# fail 0$/m)
  expect(Number(/^# pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThan(12)
  expect(code).toBe(0)
})

it.each([
  [
    'that sends again what may have been sent',
    "failure('uncertain', reason, { status: 'uncertain' })",
    "failure('transient', reason)",
  ],
  ['that believes anybody', "return { kind: 'forged' }", ''],
  [
    'that gives all messages one id',
    "providerMessageId: id, status: 'sent' }\n  if (answer.status === 429)",
    "providerMessageId: '+1', status: 'sent' }\n  if (answer.status === 429)",
  ],
])('an adapter %s does not', async (_what, right, wrong) => {
  expect(adapter).toContain(right)
  const { code, output } = await runSuite(adapter.replace(right, wrong))
  expect(output).not.toMatch(/^# fail 0$/m)
  expect(code).toBe(1)
})

async function runSuite(text: string): Promise<{ code: number; output: string }> {
  writeFileSync(join(folder, 'acme.mjs'), text)
  writeFileSync(join(folder, 'acme.test.mjs'), suite)
  return run(process.execPath, ['--test', '--test-reporter=tap', 'acme.test.mjs'], folder)
}

function run(command: string, args: readonly string[], cwd: string): Promise<{ code: number; output: string }> {
  // A runner within another one reports to it.
  const { NODE_TEST_CONTEXT: _context, NODE_OPTIONS: _options, ...env } = process.env
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, output: stdout + stderr })
    })
  })
}
