import type { JSX } from 'preact'
import { spaced } from '../inbox/format.ts'
import { addressOfPerson, MESSAGES } from '../messages/address.ts'
import { addressOfAdding } from '../opt-outs/address.ts'
import { At, Badge } from '../parts.tsx'
import type { Inbound } from './client.ts'
import { isNumber, keywordLook, missingOf } from './words.ts'

/** Texts that came in, one below the other. */
export function InboundRows({ texts }: { readonly texts: readonly Inbound[] }): JSX.Element {
  return (
    <ul class="rows">
      {texts.map((text) => (
        <li key={text.inbound_id} class="inbound-text">
          <Row text={text} />
        </li>
      ))}
    </ul>
  )
}

function Row({ text }: { readonly text: Inbound }): JSX.Element {
  const { message, review, contact, reply_message_id: reply } = text
  const look = keywordLook(text)
  const missing = missingOf(text)
  return (
    <>
      <p class="from">
        <From contact={contact} /> <span class="quiet">to</span> <bdi class="mono">{spaced(text.sent_to)}</bdi>
      </p>
      <p class="marks">
        {look !== null && <Badge look={look} />}
        <At at={text.created_at} />
      </p>
      <p class="text">{message === '' ? <span class="quiet">Its text was forgotten</span> : <bdi>{message}</bdi>}</p>
      <p class="quiet notes">
        {missing !== null && <span>{missing}</span>}
        {reply !== null && <a href={`${MESSAGES}/${reply}`}>The answer to it</a>}
        {review && isNumber(contact) && <a href={addressOfAdding(contact)}>Opt out this person</a>}
      </p>
    </>
  )
}

function From({ contact }: { readonly contact: string }): JSX.Element {
  if (!isNumber(contact)) return <bdi class="mono">{contact}</bdi>
  return (
    <a class="mono" href={addressOfPerson(contact)}>
      <bdi>{spaced(contact)}</bdi>
    </a>
  )
}
