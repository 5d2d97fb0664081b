import { TidingsError, type ErrorCode, type FaultDetail } from '../../domain/errors.ts'
import type { SmsAnswer } from './sms.ts'

/** What became of one item. */
export type ItemAnswer =
  | { readonly kind: 'accepted'; readonly answer: SmsAnswer; readonly replayed: boolean }
  | { readonly kind: 'refused'; readonly refusal: TidingsError }

/** Neighbours that differ in nothing but their ids, which follow each other, are kept as one. */
interface Run {
  readonly count: number
  /** Of the first; null: they were refused. */
  readonly id: number | null
  readonly answer: Omit<SmsAnswer, 'message_id'> | KeptRefusal
  readonly replayed: boolean
}

interface KeptRefusal {
  readonly code: ErrorCode
  readonly message: string
  readonly details: readonly FaultDetail[]
  readonly retryAfterSeconds: number | null
}

/** The answers to a batch, to be kept for a repeated call: ten thousand that are alike take less than a hundred bytes. */
export function packAnswers(answers: readonly ItemAnswer[]): readonly Run[] {
  const runs: Run[] = []
  for (const one of answers) {
    const run = toRun(one)
    const last = runs.at(-1)
    if (last !== undefined && follows(run, last)) runs[runs.length - 1] = { ...last, count: last.count + 1 }
    else runs.push(run)
  }
  return runs
}

/** Refusals, and answers that warn, stand alone. */
function follows(run: Run, last: Run): boolean {
  if (run.id === null || last.id === null || run.id !== last.id + last.count || run.replayed !== last.replayed)
    return false
  if (!('status' in run.answer) || !('status' in last.answer)) return false
  const [one, other] = [run.answer, last.answer]
  const alike = one.status === other.status && one.segments === other.segments && one.encoding === other.encoding
  return alike && isSamePrice(one, other) && isPlain(one) && isPlain(other)
}

/** Nothing is said of it but what is said of many. */
function isPlain({ reason, quiet_hours_until: until, replaced, warnings }: Partial<SmsAnswer>): boolean {
  return reason === undefined && until === undefined && replaced === undefined && warnings === undefined
}

function isSamePrice({ price: one }: Pick<SmsAnswer, 'price'>, { price: other }: Pick<SmsAnswer, 'price'>): boolean {
  return one?.amount === other?.amount && one?.currency === other?.currency
}

/** What `packAnswers` made, read back. */
export function unpackAnswers(kept: unknown): readonly ItemAnswer[] {
  if (!Array.isArray(kept)) throw new Error('what was kept for a batch is no list of answers')
  return (kept as readonly Run[]).flatMap((run) =>
    Array.from({ length: run.count }, (_, index) => toAnswer(run, index)),
  )
}

function toRun(one: ItemAnswer): Run {
  if (one.kind === 'accepted') {
    const { message_id, ...answer } = one.answer
    return { count: 1, id: message_id, answer, replayed: one.replayed }
  }
  const { code, message, details, retryAfterSeconds } = one.refusal
  return { count: 1, id: null, answer: { code, message, details, retryAfterSeconds }, replayed: false }
}

function toAnswer({ id, answer, replayed }: Run, index: number): ItemAnswer {
  if ('status' in answer) {
    return { kind: 'accepted', answer: { message_id: (id ?? 0) + index, ...answer }, replayed }
  }
  const { code, message, details, retryAfterSeconds } = answer
  const more = { details, ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }) }
  return { kind: 'refused', refusal: new TidingsError(code, message, more) }
}
