import Fastify from 'fastify'
import { expect, test } from 'vitest'
import pino from 'pino'
import { TidingsError } from '../../src/domain/errors.ts'
import { answerLines } from '../../src/http/batch-stream.ts'
import type { Line, Lines } from '../../src/http/lines.ts'
import { until } from '../support/until.ts'

/** Groups of two lines each, all of which are there already. */
function linesOf(count: number): Lines {
  const waiting: Line[] = Array.from({ length: count }, (_, index) => Buffer.from(String(index)))
  return {
    take: (most) => Promise.resolve(waiting.splice(0, most)),
    takeWaiting: (most) => waiting.splice(0, most),
    stop: () => undefined,
    unlessStopped: () => Promise.resolve(),
  }
}

interface Storing {
  readonly group: readonly string[]
  readonly done: () => void
  readonly fail: (why: Error) => void
}

/** A stream of `count` lines, and the groups that are being stored, until somebody says that they are. */
function openStream(count: number, isApart: (group: readonly string[]) => boolean) {
  const storing: Storing[] = []
  const app = Fastify()
  app.post('/', (request, reply) =>
    answerLines<string>(request, reply, {
      log: pino({ level: 'silent' }),
      lines: linesOf(count),
      most: 2,
      prepare: (lines) => Promise.resolve(lines.map(String)),
      refusalOf: () => null,
      isApart,
      store: (group) =>
        new Promise((resolve, reject) =>
          storing.push({
            group,
            done: () => resolve(group.map((line) => ({ line, success: true }))),
            fail: reject,
          }),
        ),
    }),
  )
  const answer = app.inject({ method: 'POST', url: '/' }).then(({ body }) =>
    body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  )
  return { storing, answer }
}

test('a group is stored while the one before still is, no third one, and they are answered in their order', async () => {
  const { storing, answer } = openStream(6, () => true)
  await until(() => storing.length === 2)
  storing[1]?.done()
  await new Promise(setImmediate)
  expect(storing).toHaveLength(2)
  storing[0]?.done()
  await until(() => storing.length === 3)
  storing[2]?.done()
  const lines = await answer
  expect(lines.pop()).toEqual({ done: true, accepted: 6, rejected: 0 })
  expect(lines.map(({ line }) => line)).toEqual(['0', '1', '2', '3', '4', '5'])
})

test('one that is not apart from the one before waits for it', async () => {
  const { storing, answer } = openStream(4, (group) => !group.includes('2'))
  await until(() => storing.length === 1)
  await new Promise(setImmediate)
  expect(storing).toHaveLength(1)
  storing[0]?.done()
  await until(() => storing.length === 2)
  storing[1]?.done()
  expect((await answer).at(-1)).toEqual({ done: true, accepted: 4, rejected: 0 })
})

test('after one that could not be stored none is begun, and what had been is answered', async () => {
  const { storing, answer } = openStream(6, () => true)
  await until(() => storing.length === 2)
  storing[0]?.fail(new TidingsError('database_unavailable', 'The database is away', { retryAfterSeconds: 2 }))
  storing[1]?.done()
  const lines = await answer
  expect(storing).toHaveLength(2)
  expect(lines).toMatchObject([
    { index: 0, success: false, error: { code: 'database_unavailable' } },
    { index: 1, success: false, error: { code: 'database_unavailable' } },
    { line: '2', success: true },
    { line: '3', success: true },
    { done: false, accepted: 2, rejected: 2, error: { code: 'database_unavailable' } },
  ])
})
