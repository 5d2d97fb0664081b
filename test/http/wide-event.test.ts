import { pino } from 'pino'
import { expect, test } from 'vitest'
import { TidingsError, type ErrorCode } from '../../src/domain/errors.ts'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

/** A node that refuses every call of `/refused` with this, by a clock that is set by hand. */
function rig(code: ErrorCode) {
  const lines: string[] = []
  const state = { now: 5_000 }
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const { parts } = createStandIns({ log, now: () => state.now })
  const app = createServer(parts)
  app.get('/refused', { config: { scope: 'open' } }, () => {
    throw new TidingsError(code, 'Refused')
  })
  return {
    async refused(): Promise<readonly unknown[]> {
      await app.inject('/refused')
      return lines.splice(0).map((line) => {
        const { level, code: told } = JSON.parse(line) as { level: number; code: string }
        return [pino.levels.labels[level], told]
      })
    },
    pass: (ms: number) => void (state.now += ms),
  }
}

test('that nodes are replaced is told once a minute, as a warning', async () => {
  const { refused, pass } = rig('upgrading')
  expect(await refused()).toEqual([['warn', 'upgrading']])
  pass(59_999)
  expect(await refused()).toEqual([])
  pass(1)
  expect(await refused()).toEqual([['warn', 'upgrading']])
})

test('what is our fault is told each time, as an error', async () => {
  const { refused } = rig('database_unavailable')
  expect(await refused()).toEqual([['error', 'database_unavailable']])
  expect(await refused()).toEqual([['error', 'database_unavailable']])
})
