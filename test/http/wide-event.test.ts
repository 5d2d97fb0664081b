import { pino } from 'pino'
import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
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

test('the line of a refused call says whose key it came with, by its id', async () => {
  const lines: unknown[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const { parts } = createStandIns({ log })
  const caller = { ...ANYONE, name: 'key:ab12CD34ef', scopes: new Set(['push:send'] as const) }
  const keyring = { ...parts.auth.keyring, known: () => ({ caller, from: null }) }
  const app = createServer({ ...parts, auth: { ...parts.auth, keyring } })
  const headers = { authorization: 'Bearer tidings_live_x' }
  await app.inject({ method: 'POST', url: '/notifications/topic', payload: {}, headers })
  await app.inject({ method: 'POST', url: '/notifications/topic', payload: {} })
  expect(lines).toMatchObject([{ status: 400, caller: 'key:ab12CD34ef' }, { status: 400 }])
  expect(lines[1]).not.toHaveProperty('caller')
})
