import { useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { Outcome, useAct } from '../act.tsx'
import { Whose } from '../inbound/filters.tsx'
import { spaced } from '../inbox/format.ts'
import { Older, usePaged } from '../paged.tsx'
import { Shown, TO_READ } from '../shown.tsx'
import { addressOfAdding, addressOfList, OPT_OUTS } from './address.ts'
import { useOptOutsClient, type OptOut } from './client.ts'
import { Row } from './row.tsx'
import { keyOf } from './words.ts'

/** Who wants no more messages; `contact` empty: all of them. */
export function List({ contact }: { readonly contact: string }): JSX.Element {
  const client = useOptOutsClient()
  const { route } = useLocation()
  const act = useAct()
  const outcome = useRef<HTMLDivElement>(null)
  const paging = usePaged((cursor, signal) => client.list(contact, cursor, signal), [client, contact])
  const { loading } = paging
  const remove = (gone: OptOut, number: string): void =>
    act.run(keyOf(gone), async () => {
      await client.remove(number, gone.sender_group)
      if (loading.state.kind === 'there') {
        const { value } = loading.state
        loading.put({ ...value, data: value.data.filter((one) => keyOf(one) !== keyOf(gone)) })
      }
      // Its row had the focus, and is gone.
      outcome.current?.focus()
      return `The opt-out of ${spaced(number)} has ended.`
    })
  return (
    <>
      <header>
        <h1>Opt-outs</h1>
        <a class="button primary" href={addressOfAdding('')}>
          Enter somebody
        </a>
      </header>
      <Whose contact={contact} onChange={(whose) => route(addressOfList(whose), true)} />
      <div ref={outcome} tabIndex={-1}>
        <Outcome act={act} />
      </div>
      <Shown loading={loading} right={TO_READ}>
        {({ data }) =>
          data.length === 0 ? (
            <None contact={contact} />
          ) : (
            <ul class="rows">
              {data.map((optOut) => (
                <Row
                  key={keyOf(optOut)}
                  optOut={optOut}
                  isBusy={act.busy !== null}
                  onRemove={(number) => remove(optOut, number)}
                />
              ))}
            </ul>
          )
        }
      </Shown>
      <Older paging={paging} />
    </>
  )
}

function None({ contact }: { readonly contact: string }): JSX.Element {
  if (contact !== '') {
    return (
      <>
        <p class="lead">
          No opt-out of <bdi class="mono">{contact}</bdi>.
        </p>
        <p class="quiet">
          <a href={OPT_OUTS}>Show all of them</a>
        </p>
      </>
    )
  }
  return (
    <>
      <p class="lead">Nobody has opted out.</p>
      <p class="quiet">
        Who texts STOP to a number of yours stands here, and gets nothing more.{' '}
        <a href="/docs/opt-outs.md">How it works</a>.
      </p>
    </>
  )
}
