import { useEffect } from 'preact/hooks'
import type { JSX } from 'preact'
import { spaced } from '../inbox/format.ts'
import { lookOf, wordsOf } from '../inbox/words.ts'
import { useLoaded, type Loading } from '../loaded.ts'
import { usePage } from '../page.ts'
import { At, Badge, Command, CopyButton, Detail } from '../parts.tsx'
import { addressOfPush } from '../pushes/address.ts'
import { Shown, TO_READ } from '../shown.tsx'
import { whenSeen } from '../when-seen.ts'
import { addressOfPerson, MESSAGES } from './address.ts'
import { Attempts } from './attempts.tsx'
import type { Sms } from './client.ts'
import { useMessagesClient } from './list.tsx'
import { categoryOf, isOpen, lengthOf, priceOf, watchMs } from './words.ts'

/** One SMS: whether the person has it, and how that is known. */
export function One({ id }: { readonly id: number }): JSX.Element {
  const { origin } = usePage()
  const client = useMessagesClient()
  const loading = useLoaded((signal) => client.read(id, signal), [client, id])
  useWatch(loading)
  return (
    <>
      <p class="up">
        <a href={MESSAGES}>Messages</a>
      </p>
      <Shown loading={loading} right={TO_READ}>
        {(sms) => (
          <>
            <Answer sms={sms} />
            <Details sms={sms} />
            <section aria-labelledby="attempts-title">
              <div class="section-head">
                <h2 id="attempts-title">Attempts</h2>
                <button type="button" class="button small" onClick={loading.refresh}>
                  Look again
                </button>
              </div>
              <Attempts attempts={sms.attempts} />
            </section>
            <Command title="As curl" text={`curl ${origin}/smss/${id}`} />
          </>
        )}
      </Shown>
    </>
  )
}

/** Each look makes another state, and so sets the next one. */
function useWatch({ state, refresh }: Loading<Sms>): void {
  const { now } = usePage()
  useEffect(() => {
    if (state.kind !== 'there' || !isOpen(state.value)) return undefined
    return whenSeen(refresh, watchMs(state.value, now()), document)
  }, [state])
}

function Answer({ sms }: { readonly sms: Sms }): JSX.Element {
  const { contact, status, verdict } = sms
  return (
    <>
      <h1 class="mono">
        <a href={addressOfPerson(contact)}>
          <bdi>{spaced(contact)}</bdi>
        </a>
      </h1>
      <p class="standing" role="status">
        <Badge look={lookOf(status)} />
      </p>
      <p class="lead">{verdict}</p>
      <div class="buttons">
        <CopyButton text={verdict} label="Copy answer">
          Copy answer
        </CopyButton>
      </div>
    </>
  )
}

function Details({ sms }: { readonly sms: Sms }): JSX.Element {
  const { provider, provider_message_id: providerId, reason, sender, tag, redirected_to: redirected, price } = sms
  return (
    <dl class="details wide">
      <Detail name="Text">
        <bdi class="whole">{sms.message === '' ? 'Forgotten' : sms.message}</bdi>
      </Detail>
      <Detail name="Length">{lengthOf(sms)}</Detail>
      {reason !== null && <Detail name="Reason">{wordsOf(reason)}</Detail>}
      <Detail name="Route">
        {provider}
        {sender !== null && (
          <>
            , as <bdi class="mono">{sender}</bdi>
          </>
        )}
      </Detail>
      {providerId !== null && (
        <Detail name="Id there">
          <bdi class="mono">{providerId}</bdi>
        </Detail>
      )}
      {price !== undefined && <Detail name="Price">{priceOf(price)}</Detail>}
      {redirected !== null && (
        <Detail name="Redirected">
          Went to <bdi class="mono">{redirected}</bdi> instead
        </Detail>
      )}
      <Detail name="Category">{categoryOf(sms)}</Detail>
      {tag !== null && (
        <Detail name="Tag">
          <bdi class="mono">{tag}</bdi>
        </Detail>
      )}
      {sms.fallback_of !== undefined && (
        <Detail name="In place of">
          <a href={addressOfPush(sms.fallback_of)}>Push {sms.fallback_of}</a>, which nobody confirmed
        </Detail>
      )}
      <Detail name="Accepted">
        <At at={sms.created_at} />
      </Detail>
    </dl>
  )
}
