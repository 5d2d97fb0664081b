import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ROOT } from '../support/documents.ts'
import { startProgram, waitForOutput } from '../support/program.ts'

const TIDINGS = join(ROOT, 'scripts/start.mjs')

let folder: string

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}, 120_000)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidings-fake-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

test('tidings fake is the look-alike until a signal, and ends with 0', { timeout: 120_000 }, async () => {
  const log = join(folder, 'log')
  const program = startProgram([TIDINGS, 'fake', 'sink'], { cwd: folder, env: { PATH: process.env['PATH'] }, log })
  try {
    const url = await waitForOutput(program, /^listening on (\S+)\n/m)
    expect((await fetch(`${url}/410`)).status).toBe(410)
    process.kill(program.pid, 'SIGTERM')
    await program.ended
    expect(program.exitCode()).toBe(0)
  } finally {
    await program.kill()
  }
})

test('tidings fake called wrongly ends with 2 and one line', { timeout: 120_000 }, () => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [TIDINGS, 'fake', 'snik'], { encoding: 'utf8' })
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^tidings fake: There is no look-alike snik\. [^\n]+\n$/)
})
