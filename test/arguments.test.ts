import { expect, test } from 'vitest'
import { parseArguments } from '../src/arguments.ts'

test('told nothing, it serves', () => {
  expect(parseArguments([])).toEqual({ kind: 'run', command: 'serve', quiet: false, json: false })
  expect(parseArguments(['--json', 'migrate', '--quiet'])).toEqual({
    kind: 'run',
    command: 'migrate',
    quiet: true,
    json: true,
  })
})

test('an unknown word suggests the near one', () => {
  expect(parseArguments(['--qiuet'])).toEqual({ kind: 'wrong', problem: 'Unknown flag --qiuet. Did you mean --quiet?' })
  expect(parseArguments(['migrat'])).toEqual({
    kind: 'wrong',
    problem: 'Unknown command migrat. Did you mean migrate?',
  })
  expect(parseArguments(['explode'])).toMatchObject({
    problem: 'Unknown command explode. There are serve, migrate, db, fake, keys.',
  })
  expect(parseArguments(['serve', 'db'])).toMatchObject({ kind: 'wrong' })
})

test('help and version win over commands', () => {
  expect(parseArguments(['serve', '-h'])).toEqual({ kind: 'help' })
  expect(parseArguments(['--version'])).toEqual({ kind: 'version' })
})

test('what follows `keys` is left to the command', () => {
  expect(parseArguments(['keys', 'create', '--name', 'x'])).toEqual({ kind: 'keys', words: ['create', '--name', 'x'] })
})

test('what follows `fake` is left to the look-alikes', () => {
  expect(parseArguments(['fake', 'twilio', '--help'])).toEqual({ kind: 'fake', words: ['twilio', '--help'] })
})
