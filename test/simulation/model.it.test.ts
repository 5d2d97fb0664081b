import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db } from '../../src/store/db.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { openBoth, type Both, type Side } from './both.ts'
import { CALLS, KINDS, timeBefore, type Call } from './calls.ts'
import type { Ids } from './choose.ts'
import { KNOWN_STATEMENTS } from './model/server.ts'

/** Sequences of calls, each of up to so many; the same ones every time unless SEED says otherwise. */
const RUNS = Number(process.env['RUNS'] ?? 40)
const CALLS_AT_MOST = 60
const LONG_MS = 600_000

let database: TestDatabase
let both: Both

beforeAll(async () => {
  database = await createTestDatabase()
  both = await openBoth(database)
})

afterAll(async () => {
  await both.close()
  await database.drop()
})

const call: fc.Arbitrary<Call> = fc.record({
  kind: fc.constantFrom(...KINDS, 'insert' as const, 'start' as const, 'settle' as const, 'claim' as const),
  n: fc.array(fc.nat(59), { minLength: 8, maxLength: 8 }),
})

function idsOn(db: Db, side: Side): Ids {
  const place = async (statement: string, ids: number[], nth: number): Promise<number> => {
    const found = side === 'model' ? ids : (await db.query<{ id: number }>(statement)).rows.map((row) => row.id)
    return found[nth % Math.max(1, found.length)] ?? 0
  }
  const { due, chunks } = both.tables()
  const sorted = <Row>(rows: Iterable<Row>, of: (row: Row) => readonly number[]): Row[] =>
    [...rows].toSorted((a, b) => of(a).reduce((order, value, at) => order || value - (of(b)[at] ?? 0), 0))
  return {
    due: (nth) =>
      place(
        'select id from due order by message_id, run_at, id',
        sorted(due.rows.values(), (row) => [row.messageId, row.runAt, row.id]).map((row) => row.id),
        nth,
      ),
    chunk: (nth) =>
      place(
        'select id from push_chunks order by notification_id, attempt, run_at, id',
        sorted(chunks.rows.values(), (row) => [row.notificationId, row.attempt, row.runAt, row.id]).map(
          (row) => row.id,
        ),
        nth,
      ),
  }
}

test(
  'the model answers every statement of the store as Postgres does, and is left in the same state',
  async () => {
    const sequences = fc.array(call, { minLength: 10, maxLength: CALLS_AT_MOST, size: 'max' })
    const property = fc.asyncProperty(sequences, async (calls) => {
      await both.reset()
      for (const one of calls) {
        both.advance(1 + timeBefore(one))
        const chosen = CALLS[one.kind](both.tables(), one.n)
        const { real, model } = await both.run((db, side) => chosen(db, side, idsOn(db, side)))
        expect(model, one.kind).toEqual(real)
        const state = await both.dump()
        expect(state.model, one.kind).toEqual(state.real)
      }
    })
    await fc.assert(property, { numRuns: RUNS, seed: Number(process.env['SEED'] ?? 1) })
  },
  LONG_MS,
)

test(
  'every statement that the model knows is asked of both',
  async () => {
    const asked = new Set<string>()
    both.watch((name) => void asked.add(name))
    await both.reset()
    for (const kind of KINDS) {
      for (let n = 0; n < 6; n++) {
        const chosen = CALLS[kind](both.tables(), [n, n, n, n, n, n, n, n])
        await both.run((db, side) => chosen(db, side, idsOn(db, side)))
      }
    }
    expect([...KNOWN_STATEMENTS].filter((name) => !asked.has(name))).toEqual([])
  },
  LONG_MS,
)
