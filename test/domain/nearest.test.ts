import { expect, test } from 'vitest'
import { distance, nearest } from '../../src/domain/nearest.ts'

// Published examples of the restricted Damerau-Levenshtein distance.
test.each([
  ['kitten', 'sitting', 3],
  ['saturday', 'sunday', 3],
  ['ca', 'abc', 3],
  ['teh', 'the', 1],
  ['', 'abc', 3],
  ['same', 'same', 0],
])('%s is so far from %s', (a, b, edits) => {
  expect(distance(a, b)).toBe(edits)
  expect(distance(b, a)).toBe(edits)
})

test('the closest candidate wins, and one beyond the edits never does', () => {
  expect(nearest('mesage', ['massage', 'message'], 2)).toBe('message')
  expect(nearest('mesage', ['subject'], 2)).toBeNull()
})
