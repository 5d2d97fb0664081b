import type { LightMyRequestResponse } from 'fastify'
import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import { createCidrList } from '../../src/flows/keys/cidrs.ts'
import { createSessions } from '../../src/flows/keys/sessions.ts'
import { createServer } from '../../src/http/server.ts'
import type { Db } from '../../src/store/db.ts'
import { createStandIns } from './stand-ins.ts'

test('a right key opens no session from where it may not be used, and is not counted as wrong', async () => {
  const stored: unknown[] = []
  const client = {
    query: async (statement: unknown) => (
      stored.push(statement),
      { rows: [], rowCount: 1, command: String(statement).toUpperCase() }
    ),
    release: () => undefined,
  }
  const { parts } = createStandIns()
  const sessions = createSessions({
    db: { connect: async () => client, ...client } as unknown as Db,
    keyring: {
      ...parts.auth.keyring,
      look: async () => ({ caller: ANYONE, from: createCidrList(['203.0.113.0/24']) }),
    },
    draw: (bytes) => Buffer.alloc(bytes, 7),
  })
  const served = createStandIns({ sessions, addressOf: (request) => String(request.headers['x-from']) })
  const app = createServer(served.parts)
  const signIn = (from: string): Promise<LightMyRequestResponse> =>
    app.inject({ method: 'POST', url: '/session', payload: { key: 'a key' }, headers: { 'x-from': from } })
  for (let count = 0; count < 30; count += 1) {
    const refused = await signIn('198.51.100.1')
    expect(refused.statusCode).toBe(403)
    expect(refused.json()).toMatchObject({ code: 'forbidden', details: [{ path: 'key' }] })
    expect(refused.headers['set-cookie']).toBeUndefined()
  }
  expect(stored).toEqual([])
  const opened = await signIn('203.0.113.7')
  expect(opened.headers['set-cookie']).toBeDefined()
  expect(opened.statusCode).toBe(200)
  await app.close()
})
