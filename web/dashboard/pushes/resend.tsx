import { useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import type { Act } from '../act.tsx'
import { post } from '../inbox/curl.ts'
import { useLoaded } from '../loaded.ts'
import { usePage } from '../page.ts'
import { Shown, type Right } from '../shown.tsx'
import { addressOfPush } from './address.ts'
import { resendBody, type Push } from './client.ts'
import { usePushesClient } from './use-client.ts'
import { Question } from './question.tsx'
import { audienceOf, reachOf, sharesOf, wordsOfShare } from './words.ts'

const TO_SEND: Right = { deed: 'send pushes', scope: 'push:send' }

interface ResendProps {
  readonly push: Push
  readonly act: Act
  readonly onKeep: () => void
}

/** Sends a push once more, to all of its devices or to those that ended alike, after saying what that comes to. */
export function Resend({ push, act, onKeep }: ResendProps): JSX.Element {
  const { notification_id: id } = push
  const { origin } = usePage()
  const { route } = useLocation()
  const client = usePushesClient()
  const [status, setStatus] = useState<string | null>(null)
  const trial = useLoaded((signal) => client.tryResend(id, status, signal), [client, id, status])
  const send = (): void =>
    act.run('resend', async () => {
      route(addressOfPush(await client.resend(id, status)))
      return null
    })
  return (
    <Question
      question="Send the same once more?"
      name="Send again"
      isReady={act.busy === null && trial.state.kind === 'there'}
      line={post(`${origin}/notifications/${id}/resend`, resendBody(status))}
      onYes={send}
      onKeep={onKeep}
    >
      <Choice push={push} status={status} onChoose={setStatus} />
      <Shown loading={trial} right={TO_SEND}>
        {(report) => (
          <ul class="reach">
            {[reachOf(report), ...report.warnings].map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
      </Shown>
    </Question>
  )
}

interface ChoiceProps {
  readonly push: Push
  readonly status: string | null
  readonly onChoose: (status: string | null) => void
}

function Choice({ push, status, onChoose }: ChoiceProps): JSX.Element | null {
  const shares = sharesOf(push)
  if (shares.length < 2 || audienceOf(push).kind !== 'devices') return null
  return (
    <p>
      <label for="resend-to">To</label>{' '}
      <select
        id="resend-to"
        value={status ?? ''}
        onChange={({ currentTarget: { value } }) => onChoose(value === '' ? null : value)}
      >
        <option value="">all of its devices</option>
        {shares.map((share) => (
          <option key={share.status} value={share.status}>
            {wordsOfShare(share)}
          </option>
        ))}
      </select>
    </p>
  )
}
