import { expect, test } from 'vitest'
import { readUrl } from '../../src/domain/url.ts'

test('an address with letters beyond ASCII stays one, however often addresses are read', () => {
  const wrong = Array.from({ length: 200_000 }, (_, number) => number).filter((number) => {
    const text = number % 2 === 0 ? 'https://hooks.example.com/' : 'https://bücher.example/é'
    return readUrl(text) === null
  })
  expect(wrong).toEqual([])
})

test('what is no absolute URL is none, unless there is one to read it against', () => {
  expect(readUrl('hooks')).toBeNull()
  expect(readUrl('https://')).toBeNull()
  expect(readUrl('hooks', 'https://example.com')?.href).toBe('https://example.com/hooks')
})
