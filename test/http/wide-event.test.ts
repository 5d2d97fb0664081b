import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

test('the line of a refused call says how long it took', async () => {
  const lines: unknown[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  let clock = 1_000
  const { parts } = createStandIns()
  const app = createServer({ ...parts, log, now: () => (clock += 250) })
  await app.inject({ method: 'POST', url: '/smss', payload: { contact: 1 } })
  expect(lines).toMatchObject([{ route: '/smss', status: 400, ms: 250 }])
})
