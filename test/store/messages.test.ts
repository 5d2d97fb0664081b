import { expect, test } from 'vitest'
import type { DbClient } from '../../src/store/db.ts'
import { insertMessages } from '../../src/store/sms/messages.ts'
import { message } from '../support/node.ts'

/** How many turns of the event loop others had before the statement was sent. */
async function turnsBefore(rows: number): Promise<number> {
  const turns = { count: 0, going: true }
  const turn = (): void => {
    turns.count += 1
    if (turns.going) setImmediate(turn)
  }
  const client = {
    query: async () => {
      turns.going = false
      const all = Array.from({ length: rows }, (_, index) => index + 1)
      return { rows: [{ ords: all, ids: all, ended: [], flagged: [], flags: [], alive: true, time: '' }] }
    },
  } as unknown as DbClient
  setImmediate(turn)
  const batch = Array.from({ length: rows }, () => ({ ...message(), place: 'wait' as const }))
  expect(await insertMessages(client, 1, batch)).toHaveLength(rows)
  return turns.count
}

test('a long batch is written in turns, so that no call beside it waits for the whole; a short one at once', async () => {
  expect(await turnsBefore(1_000)).toBe(0)
  expect(await turnsBefore(10_000)).toBeGreaterThanOrEqual(10)
})
