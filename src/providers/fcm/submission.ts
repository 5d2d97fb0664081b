import type { Gate, Outcome, PushContent, PushTarget, PushValidation } from '../../domain/provider.ts'
import { createEnvelope, minimalCheck } from './message.ts'
import { settleAmbiguous } from './outcomes.ts'
import type { Sender } from './sender.ts'

/**
 * Submits one notification to a target at a time. An answer that blames neither address nor content is settled by a minimal message
 * to the same address, which FCM only checks; once that has shown the content to be wrong, it isn't asked again.
 */
export function createSubmission(
  content: PushContent,
  sender: Sender,
  now: Date,
  gate: Gate,
): (target: PushTarget, signal: AbortSignal) => Promise<Outcome> {
  const envelope = createEnvelope(content, now)
  let contentIsWrong = false

  async function isAddressWrong(target: PushTarget, signal: AbortSignal): Promise<boolean> {
    if (contentIsWrong) return false
    const probe = await sender.send(minimalCheck(target), target, signal)
    if (probe.kind === 'accepted') contentIsWrong = true
    return probe.kind === 'ambiguous' || (probe.kind === 'refused' && probe.failure.address === 'retire')
  }
  return async (target, signal) => {
    const sent = await sender.send(envelope.bodyFor(target), target, signal, gate)
    switch (sent.kind) {
      case 'accepted':
        return { kind: 'accepted', providerMessageId: sent.providerMessageId, status: 'sent' }
      case 'refused':
        return sent
      case 'ambiguous':
        return { kind: 'refused', failure: settleAmbiguous(await isAddressWrong(target, signal), sent.code) }
    }
  }
}

/** Has FCM check this message to this target; it delivers nothing. Counts against the project's quota as every call does. */
export async function validateOne(
  content: PushContent,
  target: PushTarget,
  sender: Sender,
  now: Date,
  signal: AbortSignal,
): Promise<PushValidation> {
  const body = createEnvelope(content, now).bodyFor(target, { validateOnly: true })
  const sent = await sender.send(body, target, signal)
  switch (sent.kind) {
    case 'accepted':
      return { result: 'accepted', reason: null, code: null }
    case 'ambiguous':
      return { result: 'refused', reason: 'invalid_payload', code: sent.code }
    case 'refused': {
      const { class: failed, reason, code } = sent.failure
      const answered = failed === 'permanent' || failed === 'recipient-gone' || failed === 'blocked'
      return { result: answered ? 'refused' : 'unanswered', reason, code }
    }
  }
}
