import { setImmediate as turn } from 'node:timers/promises'
import pg from 'pg'
import { expect, it } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import { beginLife, deleteCaptured, readPlayed } from '../../src/flows/inbox/inbox-deeds.ts'
import type { Db } from '../../src/store/db.ts'

type Rows = readonly object[] | Error

interface Scripted {
  readonly db: Db
  readonly asked: string[]
}

/** A database that answers statements from a script, by their name or first word; `null`: it can't be reached. */
function createScripted(answer: ((name: string) => Rows) | null): Scripted {
  const asked: string[] = []
  const query = async (
    statement: string | { name?: string },
  ): Promise<{ rows: readonly object[]; rowCount: number }> => {
    const name = typeof statement === 'string' ? (/\w+ (?:\w+)/.exec(statement)?.[0] ?? '') : (statement.name ?? '')
    asked.push(name)
    await turn()
    const rows = answer?.(name) ?? []
    if (rows instanceof Error) throw rows
    return { rows, rowCount: rows.length }
  }
  const connect = async (): Promise<object> => {
    if (answer === null) throw new Error('timeout exceeded when trying to connect')
    return { query, release: () => undefined }
  }
  return { db: { query, connect } as unknown as Db, asked }
}

const BROKEN = new Error('Connection terminated unexpectedly')
const ALL = { to: null, tag: null, by: ANYONE }
const never = new AbortController().signal

it('a life that may have begun is not said to have stored nothing', async () => {
  const broken = createScripted(() => BROKEN)
  await expect(beginLife(broken.db, 'sms', 1, 'late')).rejects.toMatchObject({ code: 'outcome_unknown' })
  await expect(readPlayed(broken.db, 1)).rejects.toMatchObject({ code: 'outcome_unknown' })
  const away = createScripted(null)
  await expect(beginLife(away.db, 'sms', 1, 'late')).rejects.toMatchObject({ code: 'database_unavailable' })
  const refused = Object.assign(new pg.DatabaseError('closing', 0, 'error'), { code: '57P01' })
  const closing = createScripted(() => refused)
  await expect(beginLife(closing.db, 'sms', 1, 'late')).rejects.toMatchObject({ code: 'database_unavailable' })
})

it('a deletion that breaks off on its way tells those who look on, and the audit, of what is gone', async () => {
  let steps = 0
  const { db, asked } = createScripted((name) => {
    if (name === 'tell-deleted' || name === 'write-audit') return []
    steps += 1
    return steps === 1 ? [{ count: 1_000, rest: 5 }] : BROKEN
  })
  await expect(deleteCaptured(db, ALL, never)).rejects.toMatchObject({ code: 'outcome_unknown' })
  expect(asked.slice(-2)).toEqual(['tell-deleted', 'write-audit'])
})

it('a deletion that found nothing before the database went away says that nothing was done', async () => {
  const { db, asked } = createScripted(null)
  await expect(deleteCaptured(db, ALL, never)).rejects.toMatchObject({ code: 'database_unavailable' })
  expect(asked).toEqual([])
})

it('a deletion that is stopped never leaves a push without a part of its targets', async () => {
  const stop = new AbortController()
  let left = 3
  const { db, asked } = createScripted((name) => {
    if (name === 'select id') return [{ id: 7 }]
    if (name === 'delete-inbox-pushes') return [{ count: 1 }]
    if (name !== 'delete-inbox-targets') return [{ count: 0, rest: 0 }]
    stop.abort()
    left -= 1
    return left > 0 ? [{}] : []
  })
  expect(await deleteCaptured(db, ALL, stop.signal)).toBe(1)
  expect(asked.slice(-6)).toEqual([
    'delete-inbox-targets',
    'delete-inbox-targets',
    'delete-inbox-targets',
    'delete-inbox-pushes',
    'tell-deleted',
    'write-audit',
  ])
})
