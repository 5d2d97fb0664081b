import { expect, test } from 'vitest'
import { serverProblem } from '../../src/store/migrate.ts'

const FACTS = { version: 16, encoding: 'UTF8', fsync: 'on', commit: 'on', standby: false }

test.each([
  [{ version: 13 }, 'Postgres 13'],
  [{ version: 19 }, 'Postgres 19'],
  [{ fsync: 'off' }, 'fsync'],
  [{ standby: true }, 'standby'],
])('a server with %o is refused', (facts, word) => {
  expect(serverProblem({ ...FACTS, ...facts })).toContain(word)
})

test.each([14, 15, 16, 17, 18])('Postgres %i will do', (version) => {
  expect(serverProblem({ ...FACTS, version })).toBeNull()
})
