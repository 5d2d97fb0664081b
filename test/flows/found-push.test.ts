import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import { TidingsError } from '../../src/domain/errors.ts'
import { createFoundPush, type Finding } from '../../src/flows/push/found-push.ts'
import type { LineTarget } from '../../src/flows/push/long-push.ts'

const CALL = { title: 'Hello', body: 'There is news.' }
const ANSWER = { answer: { notification_id: 1, status: 'queued' as const, targets: 1 }, replayed: false }
const PAGE = 5_000

interface Added {
  readonly from: number
  readonly targets: readonly LineTarget[]
}

/** A flow that keeps what it is given, and a finding of so many devices that counts how often it is read. */
function setUp(devices: number) {
  const seen = { reads: 0, pages: 0, added: [] as Added[], short: 0 }
  const found: Finding = {
    async *pages() {
      seen.reads += 1
      for (let from = 0; from < devices; from += PAGE) {
        seen.pages += 1
        const length = Math.min(PAGE, devices - from)
        yield Array.from({ length }, (_, at) => ({ kind: 'token' as const, token: `token-${from + at}` }))
      }
    },
    nobody: () => new TidingsError('no_devices', 'nobody'),
  }
  const push = createFoundPush({
    openLong: async () => ({
      add: async (targets, from) => void seen.added.push({ targets, from }),
      accept: async () => ANSWER,
    }),
    async acceptRead(read) {
      const { targets } = await read()
      seen.short = targets.kind === 'token' ? targets.tokens.length : 0
      return ANSWER
    },
    prepareFound: () => Promise.reject(new Error('not asked for here')),
  })
  return { seen, found, push }
}

test('who is found is read once, however many there are, and goes into the push in order', async () => {
  const { seen, found, push } = setUp(107_000)
  await push.accept(CALL, found, ANYONE, null)
  expect([seen.reads, seen.pages, seen.short]).toEqual([1, 22, 0])
  expect(seen.added.map(({ from }) => from)).toEqual(Array.from({ length: 22 }, (_, at) => at * PAGE))
  const values = seen.added.flatMap(({ targets }) => targets.map(({ value }) => value))
  expect(values).toHaveLength(107_000)
  expect(values.every((value, at) => value === `token-${at}`)).toBe(true)
})

test('up to 100,000 are one push as it comes in JSON', async () => {
  const { seen, found, push } = setUp(100_000)
  await push.accept(CALL, found, ANYONE, null)
  expect([seen.reads, seen.short, seen.added.length]).toEqual([1, 100_000, 0])
})

test('a dry run reads no further than it can tell of', async () => {
  const { seen, found, push } = setUp(1_000_000)
  await expect(push.prepare(CALL, found, ANYONE)).rejects.toMatchObject({ details: [{ path: 'dry_run' }] })
  expect(seen.pages).toBe(21)
})
