import type { Gate, Outcome, PushContent, PushTarget } from '../../domain/provider.ts'
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
