import { PassThrough } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import type { RateLimiter } from '../../src/http/limits.ts'
import { createLines, SenderGone } from '../../src/http/lines.ts'
import { createRatePace } from '../../src/http/rate-pace.ts'
import { createStandIns } from './stand-ins.ts'

const REQUEST = { caller: { ...ANYONE, name: 'key:a' }, raw: {} } as unknown as FastifyRequest

function limiter(answers: boolean[], resetSeconds: number): { limiter: RateLimiter; asked: (number | undefined)[] } {
  const asked: (number | undefined)[] = []
  return {
    asked,
    limiter: async (_caller, calls) => {
      asked.push(calls)
      return { allowed: calls === 0 || (answers.shift() ?? true), limit: 60, remaining: 0, resetSeconds }
    },
  }
}

test('a stream waits where a single call would be refused, and asks again when the window has ended', async () => {
  const { limiter: rateLimiter, asked } = limiter([false, false, true], 0.01)
  const { parts } = createStandIns({ rateLimiter })
  const pace = await createRatePace(REQUEST, parts, createLines(new PassThrough(), 1_000))
  expect(pace.most).toBe(60)
  await pace.untilAllowed(40)
  expect(asked).toEqual([0, 40, 40, 40])
})

test('a stream that waits is let go when its sender leaves', async () => {
  const { limiter: rateLimiter } = limiter([false], 3_600)
  const { parts } = createStandIns({ rateLimiter })
  const lines = createLines(new PassThrough(), 1_000)
  const pace = await createRatePace(REQUEST, parts, lines)
  const waiting = pace.untilAllowed(1)
  lines.stop(new SenderGone())
  await expect(waiting).rejects.toBeInstanceOf(SenderGone)
})
