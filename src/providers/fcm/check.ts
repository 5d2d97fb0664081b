import type { CheckStep } from '../../domain/provider.ts'
import type { AccessTokens } from './access-token.ts'
import { minimalCheck } from './message.ts'
import type { Sender } from './sender.ts'

const TOPIC = { kind: 'topic', value: 'tidings-check' } as const

const FIXES: Readonly<Record<string, string>> = {
  permission_denied:
    'Enable the Firebase Cloud Messaging API (V1) in the project and give the service account the role "Firebase Cloud Messaging API Admin".',
  project_not_found: 'Check project_id in the credentials: no such Firebase project was found.',
  project_unknown: 'Name the project: these credentials do not.',
  unauthenticated: 'Make a new key for the service account: its access tokens are not accepted.',
  connect_failed: 'Let this machine reach FCM over HTTPS.',
}

const NEW_KEY =
  'Make a new key for the service account and set it. Where it is mended at Google, what waits goes out within a minute.'

/** Asks for an access token, then has FCM check a message to a topic without sending it. */
export async function* checkSteps(tokens: AccessTokens, sender: Sender, signal: AbortSignal): AsyncIterable<CheckStep> {
  const token = await tokens.get(signal)
  if ('kind' in token) {
    const detail = token.kind === 'aborted' ? 'stopped' : token.detail
    const unreachable = 'Let this machine reach the token endpoint over HTTPS.'
    const fix = token.kind === 'refused' ? NEW_KEY : unreachable
    yield { name: 'access token', ok: false, detail, fix }
    return
  }
  yield { name: 'access token', ok: true, detail: 'Google gave one', fix: null }
  const sent = await sender.send(minimalCheck(TOPIC), TOPIC, signal)
  if (sent.kind === 'accepted') {
    yield { name: 'project', ok: true, detail: 'FCM takes messages for it', fix: null }
    return
  }
  const reason = sent.kind === 'refused' ? sent.failure.reason : 'invalid_argument'
  const code = sent.kind === 'refused' ? sent.failure.code : sent.code
  yield { name: 'project', ok: false, detail: [reason, code].filter(Boolean).join(', '), fix: FIXES[reason] ?? null }
}
