import { SANDBOX, type Outcome, type SentPart } from '../domain/provider.ts'
import type { Price } from '../domain/routing.ts'
import type { SmsWork } from '../store/sms/sms-work.ts'

/** What so many segments of a message cost through the provider that it goes to; null: nobody has told. */
export type AskPrice = (work: SmsWork, segments: number) => Price | null

/** What a submission costs: what its provider took of it, or may have taken. Null: nothing, or nobody knows. */
export function chargeOf(work: SmsWork, outcome: Outcome, price: AskPrice | undefined): Price | null {
  if (price === undefined || work.provider === SANDBOX) return null
  const segments = segmentsTaken(work, outcome)
  return segments === 0 ? null : price(work, segments)
}

/** A provider that takes parts one by one counts those; else it is our own count. Parts of another reference are sent anew, all of them. */
function segmentsTaken(work: SmsWork, outcome: Outcome): number {
  const before = new Set(work.resume?.accepted)
  const isNew = ({ number, reference }: SentPart): boolean =>
    reference !== work.resume?.reference || !before.has(number)
  const taken = outcome.parts?.filter(isNew).length ?? 0
  if (outcome.kind === 'accepted') return taken === 0 ? segmentsLeft(work) : taken
  return outcome.failure.class === 'uncertain' ? segmentsLeft(work) : taken
}

function segmentsLeft({ segments, resume }: SmsWork): number {
  return resume === undefined ? segments : Math.max(1, resume.total - resume.accepted.length)
}
