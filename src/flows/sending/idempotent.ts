import { TidingsError } from '../../domain/errors.ts'
import type { Db } from '../../store/db.ts'
import { findAnswer, type IdempotencyKey, type IdempotencyRecord, type KeptAnswer } from '../../store/idempotency.ts'

/** One caller's `Idempotency-Key` on one route, with a hash for each top-level field of the body. */
export interface Idempotency extends IdempotencyKey {
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
   * `ready` throws what the call is refused with now, which counts for nothing if its key was answered before: a template may be gone since,
   * or a time past. A call that comes while the first one runs here waits for its end, which the database's time limit bounds, and shares
   * it. Throws `idempotency_conflict` for another body, `idempotency_in_progress` where the first answer is just being forgotten.
   */
  once<Answer>(
    idempotency: Idempotency | null,
    ready: () => Ready | Promise<Ready>,
    toAnswer: (id: number, kept: unknown) => Answer,
  ): Promise<Accepted<Answer>>
}

/** A call that nothing is wrong with. */
export interface Ready {
  /** Its answer without the id, as it is kept for a repeated call. */
  readonly kept: unknown
  /** Null when the key was taken in the database; then the first answer is given again, or the difference is named. */
  insert(record: IdempotencyRecord | null): Promise<Inserted>
}

type Inserted = number | Made | null

/** What was made, where storing it told more than the call: `kept` is its answer then, as it was stored for a repeated call, too. */
export interface Made {
  readonly id: number
  readonly kept: unknown
}

export function createKeyGuard(db: Db): KeyGuard {
  const running = new Map<string, Promise<First>>()

  async function first(idempotency: Idempotency, call: Ready): Promise<First> {
    let inserted: Inserted
    try {
      inserted = await call.insert({ ...idempotency, answer: call.kept })
    } catch (refusal) {
      return { ...(await ofBefore(refusal, idempotency)), isNew: false }
    }
    const made = toMade(inserted, call.kept)
    if (made !== null) return { fields: idempotency.fields, answer: made.kept, resourceId: made.id, isNew: true }
    const before = await findAnswer(db, idempotency)
    // It was there a moment ago and is past its 24 hours now: the caller's next try will be a first one.
    if (before === null) throw inProgress()
    return { ...before, isNew: false }
  }

  async function ofBefore(refusal: unknown, idempotency: Idempotency): Promise<KeptAnswer> {
    if (!isOfRules(refusal)) throw refusal
    const before = await findAnswer(db, idempotency)
    if (before === null) throw refusal
    return before
  }

  /** What the key was answered with before; else the refusal stands. */
  async function despite(refusal: unknown, name: string, idempotency: Idempotency): Promise<KeptAnswer> {
    // What passes by itself says nothing of the call: its next try will find the answer.
    if (!(refusal instanceof TidingsError) || refusal.retryAfterSeconds !== null) throw refusal
    const before = (await running.get(name)?.catch(() => null)) ?? (await findAnswer(db, idempotency))
    if (before === null) throw refusal
    return before
  }

  return {
    async once(idempotency, ready, toAnswer) {
      if (idempotency === null) {
        const call = await ready()
        const made = toMade(await call.insert(null), call.kept)
        if (made === null) throw new Error('a call without an idempotency key was not stored')
        return { answer: toAnswer(made.id, made.kept), replayed: false }
      }
      const name = JSON.stringify([idempotency.caller, idempotency.route, idempotency.key])
      let call: Ready
      try {
        // One that is ready at once is at work at once: those that repeat it find it running.
        const made = ready()
        call = made instanceof Promise ? await made : made
      } catch (refusal) {
        return replay(await despite(refusal, name, idempotency), idempotency, toAnswer)
      }
      const other = running.get(name)
      if (other !== undefined) return replay(await other, idempotency, toAnswer)
      const mine = first(idempotency, call)
      running.set(name, mine)
      try {
        const made = await mine
        if (!made.isNew) return replay(made, idempotency, toAnswer)
        return { answer: toAnswer(made.resourceId, made.answer), replayed: false }
      } finally {
        running.delete(name)
      }
    },
  }
}

/** `isNew`: made by the call that runs; else kept from one that ran before. */
type First = KeptAnswer & { readonly isNew: boolean }

function replay<Answer>(
  first: KeptAnswer,
  idempotency: Idempotency,
  toAnswer: (id: number, kept: unknown) => Answer,
): Accepted<Answer> {
  refuseOther(first, idempotency)
  return { answer: toAnswer(first.resourceId, first.answer), replayed: true }
}

/** What a rule refuses now it refuses though it was stored before: a limit is reached by then, and a code is too soon after itself. */
export function isOfRules(refusal: unknown): refusal is TidingsError {
  return refusal instanceof TidingsError && (refusal.code === 'spend_limit' || refusal.code === 'code_too_soon')
}

/** Throws `idempotency_conflict`, with the names of the fields, where the first call with this key had another body. */
export function refuseOther(first: Pick<KeptAnswer, 'fields'>, again: Pick<Idempotency, 'fields'>): void {
  const names = new Set([...Object.keys(first.fields), ...Object.keys(again.fields)])
  const differing = [...names].filter((name) => first.fields[name] !== again.fields[name]).toSorted()
  if (differing.length > 0) throw conflict(differing)
}

function toMade(inserted: Inserted, kept: unknown): Made | null {
  return typeof inserted === 'number' ? { id: inserted, kept } : inserted
}

/** The first call with this key still runs, as far as is known. */
export function inProgress(): TidingsError {
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
