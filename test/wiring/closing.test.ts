import { pino } from 'pino'
import { expect, test } from 'vitest'
import { closeInOrder } from '../../src/wiring/closing.ts'

test('a part that fails to close is told, and keeps nothing after it from being closed', async () => {
  const lines: string[] = []
  const closed: string[] = []
  const close = async (name: string): Promise<unknown> => closed.push(name)
  await closeInOrder(pino({}, { write: (line) => lines.push(line) }), [
    () => [Promise.reject(new Error('the database is away')), close('its neighbour')],
    () => [close('what delivers')],
    () => [close('the pools')],
  ])
  expect(closed).toEqual(['its neighbour', 'what delivers', 'the pools'])
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 50, event: 'close.failed', err: { message: 'the database is away' } },
  ])
})
