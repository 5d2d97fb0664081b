import { useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { Outcome, useAct } from '../act.tsx'
import { Field } from '../field.tsx'
import { addressOfList, OPT_OUTS } from './address.ts'
import { useOptOutsClient } from './client.ts'

/** Enters somebody who said it by another way than a text. */
export function Add({ contact: named }: { readonly contact: string }): JSX.Element {
  const client = useOptOutsClient()
  const { route } = useLocation()
  const act = useAct()
  const [contact, setContact] = useState(named)
  const [group, setGroup] = useState('')
  const submit = (event: Event): void => {
    event.preventDefault()
    act.run('add', async () => {
      const entered = await client.add(contact.trim(), group.trim())
      route(addressOfList(entered.contact ?? ''))
      return null
    })
  }
  return (
    <>
      <p class="up">
        <a href={OPT_OUTS}>Opt-outs</a>
      </p>
      <h1>Enter somebody who wants no more messages</h1>
      <form class="fields" onSubmit={submit}>
        <Field
          name="contact"
          label="Number"
          value={contact}
          onInput={setContact}
          isRequired
          placeholder="+201009129288"
        >
          With its country code. From then on nothing is sent to it but one-time codes, unless{' '}
          <a href="/docs/opt-outs.md">the configuration</a> keeps these back, too.
        </Field>
        <Field name="group" label="Senders" value={group} onInput={setGroup} placeholder="default">
          The group of the routes file. Empty: senders of no other group, which are all of them where none is set up.
        </Field>
        <div class="buttons">
          <button type="submit" class="button primary" disabled={act.busy !== null}>
            {act.busy === null ? 'Enter' : 'Entering …'}
          </button>
          <a class="button" href={OPT_OUTS}>
            Cancel
          </a>
        </div>
        <Outcome act={act} />
      </form>
    </>
  )
}
