import { describe, expect, it } from 'vitest'
import { createBacklog, type Space } from '../../src/wiring/backlog.ts'
import type { Category } from '../../src/domain/category.ts'
import type { Db } from '../../src/store/db.ts'
import { until } from '../support/until.ts'

const CATEGORIES = ['marketing', 'transactional', 'otp'] as const
const GIB = 2 ** 30

/** A backlog over a database that answers with what is set here. */
function rig(
  queue: { all: number; keys?: Readonly<Record<string, number>> },
  more: { space?: Space; reserveMb?: number } = {},
) {
  const state = { time: 1_000, looks: 0, queue, broken: false }
  const db = {
    async query({ name }: { name: string }) {
      state.looks += 1
      if (state.broken) throw new Error('away')
      if (name === 'read-backlog') return { rows: [{ waiting: state.queue.all }] }
      return {
        rows: Object.entries(state.queue.keys ?? {}).map(([key, waiting]) => ({ key_id: Number(key), waiting })),
      }
    },
  } as unknown as Db
  const backlog = createBacklog({
    limits: { queueLimitPerKey: 1_000, queueLimit: 10_000, diskReserveMb: more.reserveMb ?? null },
    db,
    directory: more.space === undefined ? null : '/data',
    spaceOf: async () => more.space ?? { free: 0, size: 0 },
    now: () => state.time,
    sleep: () => new Promise(() => undefined),
    chance: () => 0.5,
  })
  const codes = (keyId = 1): readonly (string | null)[] =>
    CATEGORIES.map((category: Category) => backlog.refusal(keyId, category)?.code ?? null)
  return { state, backlog, codes }
}

/** Asked once, and looked at. */
async function seen(queue: Parameters<typeof rig>[0], more?: Parameters<typeof rig>[1]) {
  const made = rig(queue, more)
  await made.backlog.readings()
  return made
}

const [FULL, NOW] = ['storage_full', 'overloaded']

describe('what waits to be sent', () => {
  it('keeps out the key that has its fill, says how much that is, and no other key', async () => {
    const { backlog, codes } = await seen({ all: 1_500, keys: { 1: 1_204, 2: 296 } })
    expect(codes(1)).toEqual(['queue_full', 'queue_full', 'queue_full'])
    expect(codes(2)).toEqual([null, null, null])
    expect(backlog.refusal(1, 'otp')).toMatchObject({
      message: '1,204 messages of this key wait to be sent; 1,000 may',
      retryAfterSeconds: 20,
    })
  })

  it('keeps all keys out near its bound: marketing first, one-time codes at last', async () => {
    expect((await seen({ all: 7_999 })).codes()).toEqual([null, null, null])
    expect((await seen({ all: 8_000 })).codes()).toEqual([NOW, null, null])
    expect((await seen({ all: 9_000 })).codes()).toEqual([NOW, NOW, null])
    expect((await seen({ all: 10_000 })).codes()).toEqual([NOW, NOW, NOW])
  })
})

describe('the disk of the embedded Postgres', () => {
  it('is kept free by 2 GiB, of which one-time codes may take half', async () => {
    const disk = (free: number) => ({ space: { free: free * GIB, size: 1_000 * GIB } })
    expect((await seen({ all: 0 }, disk(2.1))).codes()).toEqual([null, null, null])
    expect((await seen({ all: 0 }, disk(1.9))).codes()).toEqual([FULL, null, null])
    expect((await seen({ all: 0 }, disk(1.4))).codes()).toEqual([FULL, FULL, null])
    expect((await seen({ all: 0 }, disk(0.9))).codes()).toEqual([FULL, FULL, FULL])
  })

  it('is kept free by a tenth where it is small, and by what is set', async () => {
    const space = { free: 0.7 * GIB, size: 10 * GIB }
    expect((await seen({ all: 0 }, { space })).codes()).toEqual([FULL, FULL, null])
    expect((await seen({ all: 0 }, { space, reserveMb: 100 })).codes()).toEqual([null, null, null])
    expect((await seen({ all: 0 }, { space, reserveMb: 2_000 })).codes()).toEqual([FULL, FULL, FULL])
    expect((await seen({ all: 0 }, { space: { free: 0, size: GIB }, reserveMb: 0 })).codes()).toEqual([
      null,
      null,
      null,
    ])
  })

  it('is not asked about where Postgres is another one', async () => {
    expect(await (await seen({ all: 5 })).backlog.readings()).toEqual({ backlog: 5, backlogLimit: 10_000 })
  })
})

describe('looking', () => {
  it('happens only while somebody asks, once a second at most, and nobody waits for it', async () => {
    const { state, codes } = rig({ all: 9_500 })
    expect(codes()).toEqual([null, null, null])
    await until(() => codes()[0] === NOW)
    const { looks } = state
    for (let call = 0; call < 1_000; call += 1) codes()
    state.time += 999
    codes()
    expect(state.looks).toBe(looks)
    state.time += 1
    codes()
    expect(state.looks).toBeGreaterThan(looks)
  })

  it('in vain leaves what was known for fifteen seconds, and refuses nothing after that', async () => {
    const { state, codes } = await seen({ all: 10_000 })
    state.broken = true
    state.time += 14_000
    expect(codes()).toEqual([NOW, NOW, NOW])
    state.time += 1_001
    expect(codes()).toEqual([null, null, null])
  })
})
