import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { tidings } from './run.ts'

test.for(['send', 'find', 'tail', 'export'])('%s --help begins with what it is for, then examples', async (name) => {
  const { code, stdout } = await tidings([name, '--help'], { cwd: tmpdir() })
  expect(code).toBe(0)
  expect(stdout).toMatch(new RegExp(`^[A-Z][^\\n]+\\.\\n\\n {2}tidings ${name} `))
})
