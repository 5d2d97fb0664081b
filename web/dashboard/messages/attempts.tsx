import type { JSX } from 'preact'
import { lookOf, wordsOf } from '../inbox/words.ts'
import { At, Badge } from '../parts.tsx'
import type { Attempt, Part } from './client.ts'
import { priceOf, tallyOfParts, tookOf } from './words.ts'

/** Each submission of a message, with what became of its parts. */
export function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }): JSX.Element {
  if (attempts.length === 0) return <p class="quiet">No provider was asked.</p>
  return (
    <ol class="attempts">
      {attempts.map((attempt) => (
        <li key={attempt.number}>
          <AttemptView attempt={attempt} />
        </li>
      ))}
    </ol>
  )
}

function AttemptView({ attempt }: { readonly attempt: Attempt }): JSX.Element {
  const { number, provider, status, reason, parts = [], started_at: began, price } = attempt
  const took = tookOf(attempt)
  return (
    <>
      <div class="section-head">
        <h3>
          Attempt {number}, {provider}
        </h3>
        <Badge look={lookOf(status)} />
      </div>
      <p class="quiet">
        {reason !== null && <>Reason: {wordsOf(reason)}. </>}
        {began === null ? 'It was not submitted.' : <At at={began} />}
        {took !== null && `, ended after ${took}`}
        {price !== undefined && `, ${priceOf(price)}`}
      </p>
      <Ids attempt={attempt} />
      {parts.length > 0 && <Parts parts={parts} number={number} />}
    </>
  )
}

function Ids({ attempt }: { readonly attempt: Attempt }): JSX.Element | null {
  const { provider_message_id: id, raw_message_id: raw, provider } = attempt
  if (id === null) return null
  return (
    <p class="quiet">
      Id at {provider}: <bdi class="mono id">{id}</bdi>
      {raw !== undefined && (
        <>
          , written <bdi class="mono id">{raw}</bdi>
        </>
      )}
    </p>
  )
}

function Parts({ parts, number }: { readonly parts: readonly Part[]; readonly number: number }): JSX.Element {
  return (
    <table class="parts">
      <caption>
        {tallyOfParts(parts)}
        <span class="unseen"> in attempt {number}</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Part</th>
          <th scope="col">State</th>
          <th scope="col">Reason</th>
          <th scope="col">Id at the provider</th>
        </tr>
      </thead>
      <tbody>
        {parts.map(({ number: part, total, status, reason, provider_message_id: id }) => (
          <tr key={part}>
            <th scope="row">
              {part} of {total}
            </th>
            <td>
              <Badge look={lookOf(status)} />
            </td>
            <td>{reason === null ? '–' : wordsOf(reason)}</td>
            <td>{id === null ? '–' : <bdi class="mono id">{id}</bdi>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
