import { expect, test } from 'vitest'
import type { PushedChunk, SettledSms } from '../../src/delivery/ledger.ts'
import { createPushLines, lineOfSms, type LiveLine } from '../../src/wiring/live-lines.ts'

test('a line has the status itself, and a message that is tried again says so', () => {
  expect(lineOfSms(settled('undelivered', 'unreachable', 'none'))).toMatchObject({
    kind: 'undelivered',
    id: 12,
    note: 'unreachable',
  })
  expect(lineOfSms(settled('expired', 'too_late', 'none'))).toMatchObject({ kind: 'expired' })
  expect(lineOfSms(settled('queued', 'throttled', 'send'))).toMatchObject({
    kind: 'retry',
    note: 'throttled, again in 30 s',
  })
  expect(lineOfSms(settled('captured', null, 'none'))).toMatchObject({ kind: 'captured', note: '1 segment' })
})

test('a push of many chunks has a line at once and one a second, and the last one counts all', () => {
  const { lines, chunk, pass } = pushLines()
  for (let ended = 0; ended < 40; ended += 1) chunk(7, { sent: 999, failed: 1 })
  expect(lines.map((line) => line.recipient)).toEqual(['1,000 devices'])
  pass()
  chunk(7, { sent: 500 })
  pass()
  pass()
  expect(lines.map((line) => line.recipient)).toEqual(['1,000 devices', '40,000 devices', '40,500 devices'])
  expect(lines.at(-1)).toMatchObject({ kind: 'sent', id: 7, note: '40,460 sent, 40 failed' })
})

test('pushes are counted apart, and a chunk whose targets are all tried again has no line', () => {
  const { lines, chunk } = pushLines()
  chunk(1, { sent: 1 })
  chunk(2, { captured: 2 })
  chunk(3, {})
  expect(lines.map(({ id, kind, recipient }) => [id, kind, recipient])).toEqual([
    [1, 'sent', '1 device'],
    [2, 'captured', '2 devices'],
  ])
})

function pushLines(): {
  lines: LiveLine[]
  chunk: (id: number, tally: PushedChunk['tally']) => void
  pass: () => void
} {
  const lines: LiveLine[] = []
  const waiting: (() => void)[] = []
  const take = createPushLines(
    (line) => lines.push(line),
    (_ms, run) => waiting.push(run),
  )
  return {
    lines,
    chunk: (notificationId, tally) => take({ notificationId, title: 'Hello', topic: null, tally }),
    pass: () => waiting.splice(0).forEach((run) => run()),
  }
}

function settled(status: SettledSms['status'], reason: string | null, next: string): SettledSms {
  const work = { contact: '+201009129288', text: 'Hello', segments: 1 }
  return { id: 12, status, reason, settlement: { work, next, waitMs: 30_000 } } as unknown as SettledSms
}
