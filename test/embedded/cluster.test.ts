import { expect, test } from 'vitest'
import { notMade } from '../../src/embedded/cluster.ts'
import { fileProblem } from '../../src/embedded/postgres.ts'
import { StartRefusal } from '../../src/embedded/refusal.ts'

test('a disk that has no room for a new cluster is told in words of ours, with what it takes', () => {
  const said = [
    '2026-03-01 14:02:11.000 UTC [42] LOG:  checkpoint starting: shutdown immediate',
    '2026-03-01 14:02:11.023 UTC [42] FATAL:  could not write blocks 20..20 in file "base/5/2838": No space left on device',
    '2026-03-01 14:02:11.023 UTC [42] HINT:  Check free disk space.',
  ].join('\n')
  expect(notMade(said)).toMatch(/^The disk is full: .* \d+ MB .* DATA_DIR/)
})

test('of what initdb says, the operator is shown what it failed of', () => {
  const said = 'LOG:  starting\nFATAL:  could not map anonymous shared memory\nHINT:  This error usually means …\n'
  expect(notMade(said)).toBe('The embedded Postgres could not be made: FATAL:  could not map anonymous shared memory')
  expect(notMade('Killed\n')).toBe('The embedded Postgres could not be made: Killed')
})

test('a data directory that cannot be made is a refusal that names it; a program that is missing is a bug', () => {
  const missing = (syscall: string): Error =>
    Object.assign(new Error(`${syscall} '/data'`), { code: 'ENOENT', syscall })
  expect(fileProblem(missing('mkdir'))).toBeInstanceOf(StartRefusal)
  expect(fileProblem(missing('mkdir'))?.message).toContain("mkdir '/data'")
  expect(fileProblem(missing('spawn'))).toBeNull()
})
