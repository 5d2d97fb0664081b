import { expect, test } from 'vitest'
import { ANYONE, type Caller } from '../../src/domain/caller.ts'
import { countryProblem, scopeProblem, topicProblem } from '../../src/domain/permissions.ts'

const KEY: Caller = {
  ...ANYONE,
  scopes: new Set(['sms:send', 'messages:read']),
  countries: new Set(['EG', 'SA']),
  topics: ['news', 'city-*'],
}

test('a caller without limits may text every country and notify every topic', () => {
  expect(countryProblem(ANYONE, 'EG')).toBeNull()
  expect(countryProblem(ANYONE, null)).toBeNull()
  expect(topicProblem(ANYONE, 'anything')).toBeNull()
  expect(scopeProblem(ANYONE, 'admin')).toBeNull()
})

test('a scope that is missing is named, with those that are there', () => {
  expect(scopeProblem(KEY, 'sms:send')).toBeNull()
  expect(scopeProblem(KEY, 'push:send')).toMatchObject({
    code: 'forbidden',
    message: 'This call needs the scope push:send; the key has only sms:send, messages:read',
  })
  expect(scopeProblem({ ...KEY, scopes: new Set() }, 'admin')?.message).toContain('the key has none')
})

test('a number of another country, or of none, is refused; the country is named and the number is not', () => {
  expect(countryProblem(KEY, 'EG')).toBeNull()
  expect(countryProblem(KEY, 'FR')?.message).toBe('This key may only text EG, SA; this number is of FR')
  expect(countryProblem(KEY, null)?.message).toBe('This key may only text EG, SA; this number belongs to no country')
})

test('a `*` at the end of a topic stands for any ending, and for none', () => {
  for (const topic of ['news', 'city-', 'city-cairo']) expect(topicProblem(KEY, topic)).toBeNull()
  for (const topic of ['new', 'newsletter', 'city', 'my-city-x'])
    expect(topicProblem(KEY, topic)).toMatchObject({ code: 'forbidden', details: [{ path: 'topic' }] })
})
