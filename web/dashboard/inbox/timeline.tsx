import type { JSX } from 'preact'
import { duration, timeOf } from './format.ts'
import type { Attempt, Item } from './item.ts'
import { lookOf, wordsOf, type Tone } from './words.ts'

interface Moment {
  readonly at: string
  readonly tone: Tone
  readonly what: string
  readonly note: string | null
}

/** What happened, in order, with the gaps written out. */
export function Timeline({ item }: { readonly item: Item }): JSX.Element {
  const moments = momentsOf(item)
  return (
    <ol class="timeline">
      {moments.map(({ at, tone, what, note }, index) => (
        <li key={index} data-tone={tone}>
          <time dateTime={at} title={at}>
            {timeOf(at)}
          </time>
          <span class="what">
            {what}
            <Gap from={moments[index - 1]?.at} to={at} />
          </span>
          {note !== null && <span class="why">{note}</span>}
        </li>
      ))}
    </ol>
  )
}

/** Nothing worth saying below a tenth of a second. */
const SHORT_MS = 100

function Gap({ from, to }: { readonly from: string | undefined; readonly to: string }): JSX.Element | null {
  if (from === undefined) return null
  const ms = Date.parse(to) - Date.parse(from)
  return ms < SHORT_MS ? null : <span class="gap">{duration(ms)} later</span>
}

function momentsOf(item: Item): readonly Moment[] {
  const accepted: Moment = { at: item.created_at, tone: 'ok', what: 'Accepted', note: null }
  const attempts = item.attempts.map((attempt) => momentOf(attempt, item.created_at))
  const last = attempts.at(-1)
  const { tone, word } = lookOf(item.status)
  const reason = item.reason === null ? null : wordsOf(item.reason)
  if (last !== undefined && last.what.endsWith(word)) return [accepted, ...attempts]
  return [accepted, ...attempts, { at: item.updated_at, tone, what: word, note: reason }]
}

function momentOf({ number, status, reason, started_at, finished_at }: Attempt, acceptedAt: string): Moment {
  const { tone, word } = lookOf(status)
  return {
    at: finished_at ?? started_at ?? acceptedAt,
    tone,
    what: number === 1 ? word : `Attempt ${number}: ${word}`,
    note: reason === null ? null : wordsOf(reason),
  }
}
