import type { CheckStep, Outcome } from '../../domain/provider.ts'
import { send, type SubmissionParts } from './submission.ts'

/** No device has it: Apple looks at our key first, and then says that it does not know the device. */
const NOBODY = '0'.repeat(64)
const NOBODY_ID = '00000000-0000-8000-8000-000000000000'

const FIXES: Readonly<Record<string, string>> = {
  apns_auth:
    'APNS_KEY_ID is the key’s own id, APNS_TEAM_ID your account’s; the key must hold for APNS_ENVIRONMENT, and this machine’s clock must be right.',
  apns_topic: 'APNS_TOPIC is the app’s bundle id; the app must belong to the team of the key.',
  permission_denied: 'The key may not send pushes: make one with Apple Push Notifications service enabled.',
  unexpected_answer: 'Check APNS_BASE_URL: what answers there is not Apple’s service.',
  connect_failed: 'Let this machine reach Apple’s service over HTTPS, port 443.',
}

/** Signs a token, then has Apple judge it by a push to nobody. */
export async function* checkSteps(parts: SubmissionParts, signal: AbortSignal): AsyncIterable<CheckStep> {
  await parts.tokens.get()
  yield { name: 'key', ok: true, detail: 'It signs.', fix: null }
  const headers = {
    'apns-topic': parts.topic,
    'apns-push-type': 'background',
    'apns-priority': '5',
    'apns-expiration': '0',
    'apns-id': NOBODY_ID,
  }
  const post = { path: `/3/device/${NOBODY}`, headers, body: '{"aps":{"content-available":1}}' }
  yield judged(await send(post, { id: NOBODY_ID, ownTopic: false }, parts, signal))
}

function judged(outcome: Outcome): CheckStep {
  const name = 'Apple'
  if (outcome.kind === 'accepted' || isUnknownDevice(outcome)) {
    return { name, ok: true, detail: 'It takes our key and topic.', fix: null }
  }
  const { reason, code } = outcome.failure
  return { name, ok: false, detail: [reason, code].filter(Boolean).join(', '), fix: FIXES[reason] ?? null }
}

/** It does not know the device, or not for this topic: it has taken all else. */
function isUnknownDevice(outcome: Extract<Outcome, { kind: 'refused' }>): boolean {
  const { address, class: kind } = outcome.failure
  return address === 'mismatch' || kind === 'recipient-gone'
}
