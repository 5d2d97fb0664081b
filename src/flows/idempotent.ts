import { TidingsError } from '../domain/errors.ts'
import type { Db } from '../store/db.ts'
import { findAnswer, type IdempotencyRecord } from '../store/idempotency.ts'

/** One caller's `Idempotency-Key` on one route, with a hash for each top-level field of the body. */
export interface Idempotency {
  readonly caller: string
  /** `POST /smss` */
  readonly route: string
  readonly key: string
  readonly fields: Readonly<Record<string, string>>
}

export interface Accepted<Answer> {
  readonly answer: Answer
  /** True when this key was answered before: the first answer again, nothing new was made. */
  readonly replayed: boolean
}

/** Runs one call at a time for each key on this node; over nodes the database decides. */
export interface KeyGuard {
  /**
   * `insert` resolves null when the key was taken in the database; then the first answer is given again, or the difference is named.
   * Throws `idempotency_in_progress` while the first call runs here, `idempotency_conflict` for another body.
   */
  once<Answer>(
    idempotency: Idempotency | null,
    kept: unknown,
    insert: (record: IdempotencyRecord | null) => Promise<number | null>,
    toAnswer: (id: number, kept: unknown) => Answer,
  ): Promise<Accepted<Answer>>
}

export function createKeyGuard(db: Db): KeyGuard {
  const running = new Set<string>()
  return {
    async once(idempotency, kept, insert, toAnswer) {
      if (idempotency === null) return { answer: toAnswer(idOf(await insert(null)), kept), replayed: false }
      const name = JSON.stringify([idempotency.caller, idempotency.route, idempotency.key])
      if (running.has(name)) throw inProgress()
      running.add(name)
      try {
        const id = await insert({ ...idempotency, answer: kept })
        if (id !== null) return { answer: toAnswer(id, kept), replayed: false }
        return await replay(db, idempotency, toAnswer)
      } finally {
        running.delete(name)
      }
    },
  }
}

async function replay<Answer>(
  db: Db,
  idempotency: Idempotency,
  toAnswer: (id: number, kept: unknown) => Answer,
): Promise<Accepted<Answer>> {
  const first = await findAnswer(db, idempotency)
  // It was there a moment ago and is past its 24 hours now: the caller's next try will be a first one.
  if (first === null) throw inProgress()
  const names = new Set([...Object.keys(first.fields), ...Object.keys(idempotency.fields)])
  const differing = [...names].filter((name) => first.fields[name] !== idempotency.fields[name]).toSorted()
  if (differing.length > 0) throw conflict(differing)
  return { answer: toAnswer(first.resourceId, first.answer), replayed: true }
}

function idOf(id: number | null): number {
  if (id === null) throw new Error('a call without an idempotency key was not stored')
  return id
}

function inProgress(): TidingsError {
  return new TidingsError('idempotency_in_progress', 'The first call with this Idempotency-Key is still running.', {
    retryAfterSeconds: 1,
  })
}

function conflict(fields: readonly string[]): TidingsError {
  const list = fields.map((field) => `\`${field}\``).join(', ')
  return new TidingsError(
    'idempotency_conflict',
    `This Idempotency-Key was used with another body: ${list} differ${fields.length === 1 ? 's' : ''}.`,
    {
      details: fields.map((path) => ({ path, message: 'differs from the first call with this Idempotency-Key' })),
    },
  )
}
