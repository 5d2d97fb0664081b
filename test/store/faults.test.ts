import pg from 'pg'
import { expect, test } from 'vitest'
import { readDbFault } from '../../src/store/faults.ts'

function refusal(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('refused', 0, 'error'), { code })
}

// Source of the codes: PostgreSQL documentation, appendix A.
test.each([
  ['there are too many connections', '53300'],
  ['the database is read-only', '25006'],
  ['the role was deprived of a right', '42501'],
  ['the server is shut down', '57P01'],
  ['a lock is held for longer than a caller may wait', '55P03'],
])('where %s, the database is away, and no row is at fault', (_, code) => {
  expect(readDbFault(refusal(code))).toEqual({ kind: 'unavailable', full: false })
})

test('a disk without room is told apart', () => {
  expect(readDbFault(refusal('53100'))).toEqual({ kind: 'unavailable', full: true })
})

test('a value that a column does not take is the fault of its row', () => {
  expect(readDbFault(refusal('22021'))).toEqual({ kind: 'refused' })
})

test.each([
  ['a deadlock', '40P01'],
  ['a serialization failure', '40001'],
])('%s is over once it is told: the statement can be repeated', (_, code) => {
  expect(readDbFault(refusal(code))).toEqual({ kind: 'conflict' })
})
