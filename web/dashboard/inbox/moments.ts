import type { Attempt, Item } from './item.ts'
import { lookOf, outcomeOf, wordsOf, type Tone } from './words.ts'

/** Something that happened to a message. */
export interface Moment {
  readonly at: string
  readonly tone: Tone
  readonly what: string
  readonly note: string | null
}

/** An attempt that ended like this was taken by the provider first. */
const AFTER_THE_PROVIDER: readonly string[] = ['delivered', 'undelivered', 'received', 'opened']

/** From the request to the end that is known, in order. */
export function momentsOf(item: Item): readonly Moment[] {
  const accepted: Moment = { at: item.created_at, tone: 'ok', what: 'Accepted', note: null }
  const { tone, word } = outcomeOf(item)
  const note = item.reason === null || item.targets > 1 ? null : wordsOf(item.reason)
  const end: Moment = { at: item.updated_at, tone, what: word, note }
  const last = item.attempts.at(-1)
  // The last one's end is the message's own, unless it was captured then.
  const attempts = item.attempts.filter(
    (one) => one !== last || one.status !== item.status || one.status === 'captured',
  )
  const isReported = last?.status === item.status && AFTER_THE_PROVIDER.includes(item.status)
  const taken = isReported ? [{ ...last, status: 'sent' as const, reason: null }] : []
  const before = [...attempts, ...taken].map((attempt) => momentOf(attempt, item))
  return item.status === 'captured' && attempts.length > 0 ? [accepted, ...before] : [accepted, ...before, end]
}

function momentOf({ number, status, reason, started_at, finished_at }: Attempt, item: Item): Moment {
  const { tone, word } = lookOf(status)
  // Being captured was the first attempt; what is played afterwards is counted for itself.
  const place = number - item.attempts.filter((one) => one.status === 'captured').length
  const what = status === 'failed' ? 'Not taken by the provider' : word
  return {
    at: finished_at ?? started_at ?? item.created_at,
    tone: status === 'failed' ? 'wait' : tone,
    what: place > 1 ? `Attempt ${place}: ${what}` : what,
    note: reason === null ? null : wordsOf(reason),
  }
}
