import { expect, test } from 'vitest'
import { parseTransferWords } from '../../src/commands/transfer-words.ts'
import { createProgress } from '../../src/transfer/progress.ts'

const parse = (line: string): unknown => {
  const [command = 'backup', ...words] = line.split(' ')
  return parseTransferWords(command as 'backup' | 'restore' | 'move', words)
}

test('each command knows what it needs', () => {
  expect(parse('backup')).toEqual({ kind: 'backup', path: null })
  expect(parse('backup a.backup')).toEqual({ kind: 'backup', path: 'a.backup' })
  expect(parse('restore a.backup')).toEqual({ kind: 'restore', path: 'a.backup' })
  expect(parse('move --to postgres://u:p@h/d')).toEqual({ kind: 'move', to: 'postgres://u:p@h/d' })
  expect(parse('move --to ./data2')).toEqual({ kind: 'move', to: './data2' })
  expect(parse('move --give-up')).toEqual({ kind: 'give-up' })
  for (const command of ['backup', 'restore', 'move']) {
    expect(parse(`${command} --help`)).toMatchObject({
      kind: 'help',
      text: expect.stringContaining(`npm run ${command}`) as string,
    })
  }
})

test.each([
  ['restore', 'restore needs the file of a backup. npm run restore -- --help shows how.'],
  ['restore a b', 'One file at a time: a or b. npm run restore -- --help shows how.'],
  ['backup --to x', 'backup takes a file, and no flag. npm run backup -- --help shows how.'],
  [
    'move',
    'move needs --to: a postgres:// URL, or the directory of an embedded Postgres. npm run move -- --help shows how.',
  ],
  [
    'move postgres://h/d',
    'move takes no postgres://h/d; the target comes after --to. npm run move -- --help shows how.',
  ],
  ['move --to mysql://h/d', '--to begins with postgres://, not with mysql://. npm run move -- --help shows how.'],
  [
    'move --to postgres://u:%x@h:y/d',
    '--to is no URL: what is special in a password is written as %xx. npm run move -- --help shows how.',
  ],
  ['move --to x --give-up', 'Either --to or --give-up. npm run move -- --help shows how.'],
  ['move --too x', "Unknown option '--too'. npm run move -- --help shows how."],
])('`%s` is told what is wrong', (line, problem) => {
  expect(parse(line)).toEqual({ kind: 'wrong', problem })
})

/** What was shown while 2,000 rows came in four steps, each six seconds long. */
function shown(isTerminal: boolean): string {
  let [now, text] = [0, '']
  const screen = { write: (more: string) => void (text += more), isTerminal, columns: () => 100, now: () => now }
  const progress = createProgress('Moving', 2_000, screen)
  for (let step = 1; step <= 4; step += 1) {
    now += 6_000
    progress.add('messages', 500)
  }
  progress.end()
  return text
}

test('without a terminal there is a plain line every ten seconds', () => {
  expect(shown(false)).toBe(
    'Moving: 1,000 of 2,000 rows, messages, 12 s left\nMoving: 2,000 of 2,000 rows, messages, 0 s left\n',
  )
})

test('on a terminal a bar moves in one line, and is gone in the end', () => {
  const steps = shown(true).split('\r')
  expect(steps[2]?.trim()).toBe('Moving [############............] 50 %  1,000 of 2,000 rows · messages · 12 s left')
  expect(steps.every((step) => step.length <= 99)).toBe(true)
  expect(steps.at(-1)).toBe('')
  expect(steps.at(-2)?.trim()).toBe('')
})
