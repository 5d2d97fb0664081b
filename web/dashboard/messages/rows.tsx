import type { JSX } from 'preact'
import { spaced } from '../inbox/format.ts'
import { lookOf } from '../inbox/words.ts'
import { At, Badge } from '../parts.tsx'
import { MESSAGES } from './address.ts'
import type { Sms } from './client.ts'

/** What was sent, one a line, each leading to its page. */
export function SmsRows({ messages }: { readonly messages: readonly Sms[] }): JSX.Element {
  return (
    <ul class="rows">
      {messages.map((sms) => (
        <li key={sms.message_id}>
          <a class="sms" href={`${MESSAGES}/${sms.message_id}`}>
            <Badge look={lookOf(sms.status)} />
            <bdi class="mono number">{spaced(sms.contact)}</bdi>
            <bdi class="text">{sms.message}</bdi>
            <span class="quiet">{sms.provider}</span>
            <At at={sms.created_at} />
          </a>
        </li>
      ))}
    </ul>
  )
}
