import type { JSX } from 'preact'
import { counted } from '../inbox/format.ts'
import { wordsOf } from '../inbox/words.ts'
import { MESSAGES } from '../messages/address.ts'
import { categoryOf } from '../messages/words.ts'
import { At, Detail } from '../parts.tsx'
import { addressOfTopic } from '../topics/address.ts'
import { addressOfPush } from './address.ts'
import type { Push } from './client.ts'
import { audienceOf, reportedOf, standInOf, waysOf, whyItWaits } from './words.ts'

/** What else is known of a push. */
export function Details({ push }: { readonly push: Push }): JSX.Element {
  const { reason, template, tag, resent_from: first, fallback, content } = push
  const { link } = content
  const reported = reportedOf(push)
  return (
    <dl class="details wide">
      <Detail name="To">
        <To push={push} />
      </Detail>
      <Detail name="Ways">{waysOf(push)}</Detail>
      {reason !== null && reason !== 'partial' && <Detail name="Reason">{wordsOf(reason)}</Detail>}
      {reported !== null && <Detail name="Reported">{reported}</Detail>}
      <Times push={push} />
      {fallback !== undefined && (
        <Detail name="In its place">
          <StandIn fallback={fallback} />
        </Detail>
      )}
      {typeof link === 'string' && (
        <Detail name="Opens">
          <bdi class="mono">{link}</bdi>
        </Detail>
      )}
      {template !== null && (
        <Detail name="Template">
          <bdi class="mono">{template}</bdi>
        </Detail>
      )}
      <Wordings push={push} />
      <Detail name="Category">{categoryOf(push)}</Detail>
      {tag !== null && (
        <Detail name="Tag">
          <bdi class="mono">{tag}</bdi>
        </Detail>
      )}
      {first !== null && (
        <Detail name="Again">
          The same as <a href={addressOfPush(first)}>push {first}</a>
        </Detail>
      )}
    </dl>
  )
}

function To({ push }: { readonly push: Push }): JSX.Element {
  const { kind, name } = audienceOf(push)
  if (kind === 'devices') return <>{name}</>
  if (kind === 'condition') return <bdi class="mono">{name}</bdi>
  return (
    <a class="mono" href={addressOfTopic(name)}>
      <bdi>{name}</bdi>
    </a>
  )
}

/** When it came, when it may leave, and what of it waits until when. */
function Times({ push }: { readonly push: Push }): JSX.Element {
  const { send_at: sendAt, paused_at: pausedAt, waits } = push
  return (
    <>
      <Detail name="Accepted">
        <At at={push.created_at} />
      </Detail>
      {sendAt !== null && (
        <Detail name="Leaves">
          <When at={sendAt} />, at the earliest
        </Detail>
      )}
      {pausedAt !== null && (
        <Detail name="Paused">
          Since <At at={pausedAt} />
        </Detail>
      )}
      {waits.length > 0 && (
        <Detail name="Waits">
          <ul>
            {waits.map((wait) => (
              <li key={`${wait.reason} ${wait.until}`}>
                {counted(wait.targets, 'target')} until <When at={wait.until} />: {whyItWaits(wait)}
              </li>
            ))}
          </ul>
        </Detail>
      )}
    </>
  )
}

const WHEN = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

/** A time to come: the day and the minute. */
function When({ at }: { readonly at: string }): JSX.Element {
  return (
    <time dateTime={at} title={at}>
      {WHEN.format(new Date(at))}
    </time>
  )
}

function StandIn({ fallback }: { readonly fallback: NonNullable<Push['fallback']> }): JSX.Element {
  const { message_id: id, state, deadline_at: deadline } = fallback
  return (
    <>
      {standInOf(fallback)}
      {state === 'waiting' && (
        <>
          {' '}
          by <When at={deadline} />
        </>
      )}
      {id !== null && (
        <>
          : <a href={`${MESSAGES}/${id}`}>message {id}</a>
        </>
      )}
    </>
  )
}

function Wordings({ push: { wordings } }: { readonly push: Push }): JSX.Element | null {
  if (wordings.length === 0) return null
  return (
    <Detail name="Words">
      <ul>
        {wordings.map(({ locale, title, body, targets }) => (
          <li key={locale}>
            <span class="mono">{locale}</span>, {counted(targets, 'device')}:{' '}
            <bdi>
              <b>{title}</b> {body}
            </bdi>
          </li>
        ))}
      </ul>
    </Detail>
  )
}
