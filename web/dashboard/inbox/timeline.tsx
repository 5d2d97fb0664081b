import type { JSX } from 'preact'
import { duration, timeOf } from './format.ts'
import type { Item } from './item.ts'
import { momentsOf } from './moments.ts'

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
