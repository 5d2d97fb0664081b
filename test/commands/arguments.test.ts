import { expect, test } from 'vitest'
import { HELP, parseArguments } from '../../src/commands/arguments.ts'
import { COMMAND_NAMES } from '../../src/cli/program.ts'

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
  const { problem } = Object(parseArguments(['frobnicate'])) as { problem: string }
  expect(problem).toMatch(
    /^Unknown command frobnicate\. There are start, serve, migrate, .*, doctor, explain, .*help\.$/,
  )
  expect(parseArguments(['doctr'])).toMatchObject({ problem: 'Unknown command doctr. Did you mean doctor?' })
  expect(parseArguments(['serve', 'db'])).toMatchObject({ kind: 'wrong' })
})

test('who looks for a flag --port is told of the variable', () => {
  const problem = 'There is no flag --port; the port is a variable: PORT=8080 npm start'
  expect(parseArguments(['--port', '3000'])).toEqual({ kind: 'wrong', problem })
  expect(parseArguments(['start', '--port=3000'])).toEqual({ kind: 'wrong', problem })
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

test('`start` serves, and `help` before a command is `--help` behind it', () => {
  expect(parseArguments(['start'])).toEqual(parseArguments([]))
  expect(parseArguments(['help'])).toEqual({ kind: 'help' })
  expect(parseArguments(['help', 'start'])).toEqual({ kind: 'help' })
  expect(parseArguments(['help', 'explain'])).toEqual({ kind: 'client', command: 'explain', words: ['--help'] })
  expect(parseArguments(['help', 'keys'])).toEqual({ kind: 'keys', words: ['--help'] })
})

test('what follows a command of a client is left to it', () => {
  expect(parseArguments(['explain', '21610', '--json'])).toEqual({
    kind: 'client',
    command: 'explain',
    words: ['21610', '--json'],
  })
})

test('every command of a client is one of the program, and the help names it', () => {
  for (const name of COMMAND_NAMES) {
    expect(parseArguments([name])).toMatchObject({ kind: 'client', command: name })
    expect(HELP).toMatch(new RegExp(`^ {2}${name} `, 'm'))
  }
})
