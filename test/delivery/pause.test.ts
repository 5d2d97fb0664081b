import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createPause, type Pause } from '../../src/delivery/pause.ts'
import { failure } from '../../src/domain/failure.ts'

function rig(): { pause: Pause; clock: { ms: number }; told: () => number[] } {
  const clock = { ms: 0 }
  const lines: string[] = []
  const log = pino({}, { write: (line) => void lines.push(line) })
  const pause = createPause({
    provider: 'fcm',
    log,
    now: () => clock.ms,
    after: () => undefined,
    onEnd: () => undefined,
  })
  return { pause, clock, told: () => lines.map((line) => Number(/"wait_ms":(\d+)/.exec(line)?.[1])) }
}

const CALM = failure('uncertain', 'enhance_your_calm', { waitMs: 10_000, pause: 'lane' })

test('what all submissions in flight are told at once is told in one line', () => {
  const { pause, clock, told } = rig()
  for (; clock.ms < 200; clock.ms += 1) pause.begin(CALM)
  expect(told()).toEqual([10_000])
  expect(pause.leftMs()).toBe(9_999)
})

test('another reason, a longer wait and a later pause have lines of their own', () => {
  const { pause, clock, told } = rig()
  pause.begin(CALM)
  pause.begin(failure('throttled', 'quota_exceeded', { waitMs: 11_000, pause: 'lane' }))
  pause.begin({ ...CALM, waitMs: 60_000 })
  clock.ms += 60_000
  pause.begin(CALM)
  expect(told()).toEqual([10_000, 11_000, 60_000, 10_000])
})
