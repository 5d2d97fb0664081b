import { expect, test } from 'vitest'
import { readWords } from '../../src/cli/words.ts'

test('a misspelt option is told with the near one, and a strange one without', () => {
  const read = (word: string) => () => readWords([word, 'x'], { tag: { type: 'string' } })
  expect(read('--tags')).toThrow("Unknown option '--tags'. Did you mean --tag?")
  expect(read('--jsno')).toThrow("Unknown option '--jsno'. Did you mean --json?")
  expect(read('--frobnicate')).toThrow(/^Unknown option '--frobnicate'\.$/)
})
