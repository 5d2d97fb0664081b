import { TidingsError, type ErrorCode, type FaultDetail } from '../domain/errors.ts'
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
  let [last, text] = [null as Run | null, '']
  for (const one of answers) {
    const run = toRun(one)
    const own = JSON.stringify([run.answer, run.replayed])
    if (last !== null && own === text && run.id === (last.id === null ? null : last.id + last.count)) {
      last = { ...last, count: last.count + 1 }
      runs[runs.length - 1] = last
      continue
    }
    ;[last, text] = [run, own]
    runs.push(run)
  }
  return runs
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
