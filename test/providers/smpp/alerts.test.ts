import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createAlerts } from '../../../src/providers/smpp/alerts.ts'

test('thousands of commands that nobody knows are one line a minute', () => {
  const lines: string[] = []
  let now = 0
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
  const alerts = createAlerts('smpp', log, () => now)
  const hear = (): void => {
    for (let id = 0; id < 5_000; id += 1) alerts.odd({ kind: 'unknown', command: `0x${id}`, sequence: 1 })
  }
  hear()
  expect(lines).toHaveLength(1)
  now += 60_000
  hear()
  expect(lines).toHaveLength(2)
})
