import { useEffect } from 'preact/hooks'
import type { JSX } from 'preact'
import { Banner } from '../inbox/push-banner.tsx'
import { useLoaded, type Loading } from '../loaded.ts'
import { usePage } from '../page.ts'
import { Badge, Command, CopyButton } from '../parts.tsx'
import { Shown, TO_READ } from '../shown.tsx'
import { whenSeen } from '../when-seen.ts'
import { PUSHES } from './address.ts'
import type { Push } from './client.ts'
import { usePushesClient } from './use-client.ts'
import { Deeds } from './deeds.tsx'
import { Deliveries } from './deliveries.tsx'
import { Details } from './details.tsx'
import { Progress } from './progress.tsx'
import { isForgotten, paceMs, standingOf, titleOf } from './words.ts'

/** One push: what became of it, as far as it is known, and what can be done about it. */
export function One({ id }: { readonly id: number }): JSX.Element {
  const { origin } = usePage()
  const client = usePushesClient()
  const loading = useLoaded((signal) => client.read(id, signal), [client, id])
  useWatch(loading)
  return (
    <>
      <p class="up">
        <a href={PUSHES}>Pushes</a>
      </p>
      <Shown loading={loading} right={TO_READ}>
        {(push) => (
          <>
            <Answer push={push} />
            <Deeds push={push} onChange={loading.put} onLook={loading.refresh} />
            <Preview push={push} />
            <Details push={push} />
            <Deliveries push={push} />
            <Command title="As curl" text={`curl ${origin}/notifications/${id}`} />
          </>
        )}
      </Shown>
    </>
  )
}

/** Each look makes another state, and so sets the next one. */
function useWatch({ state, refresh }: Loading<Push>): void {
  const { now } = usePage()
  useEffect(() => {
    const ms = state.kind === 'there' ? paceMs(state.value, now()) : null
    return ms === null ? undefined : whenSeen(refresh, ms, document)
  }, [state])
}

function Answer({ push }: { readonly push: Push }): JSX.Element {
  return (
    <>
      <h1>
        <bdi>{titleOf(push)}</bdi>
      </h1>
      <p class="standing" role="status">
        <Badge look={standingOf(push)} />
      </p>
      <p class="lead">{push.verdict}</p>
      <Progress push={push} />
      <div class="buttons answers">
        <CopyButton text={push.verdict} label="Copy answer">
          Copy answer
        </CopyButton>
      </div>
    </>
  )
}

/** As it came in on a phone; of what shows nothing there, its values alone. */
function Preview({ push }: { readonly push: Push }): JSX.Element | null {
  if (isForgotten(push)) return null
  const { title, body, content } = push
  const { image } = content
  return (
    <section class="preview" aria-label="As it looks">
      <Banner
        at={push.send_at ?? push.created_at}
        title={title}
        image={typeof image === 'string' ? image : null}
        data={textsOf(content['data'])}
      >
        <p class="text" dir="auto">
          {title === '' && body === '' ? 'The phone shows nothing: its values go to the app.' : body}
        </p>
      </Banner>
    </section>
  )
}

function textsOf(data: unknown): Readonly<Record<string, string>> | null {
  if (typeof data !== 'object' || data === null) return null
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, String(value)]))
}
