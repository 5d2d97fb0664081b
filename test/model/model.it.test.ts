import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const CHECK = fileURLToPath(new URL('check.mjs', import.meta.url))

// Where spin is not installed this says so and passes: it proves the protocol, not this build of it.
test('the protocol of owners loses no message and doubles none without a doubt, in every order of its steps', () => {
  const { status, stdout } = spawnSync(process.execPath, [CHECK], { encoding: 'utf8' })
  process.stderr.write(stdout)
  expect(status, stdout).toBe(0)
}, 600_000)
