import type { Logger } from 'pino'
import { answerIds, type IdMode } from '../../domain/sms/message-id.ts'
import type { CheckStep, Receipt } from '../../domain/provider.ts'
import type { Db } from '../../store/db.ts'
import { findOtherForm } from '../../store/receipts/receipts.ts'

/**
 * Learns whether a provider writes an id in its answers and in its receipts in two forms, hexadecimal and decimal: then no receipt finds its
 * message. It only proposes; what a receipt belongs to is not guessed.
 */
export interface IdModes {
  /** A receipt found no message by its id. */
  missed(receipt: Receipt): Promise<void>
  /** Of those providers where it happened often enough. */
  proposals(): readonly CheckStep[]
}

/** Receipts of one provider that would have found a message to their own recipient by the other form of their id. */
const ENOUGH = 20

export function createIdModes(db: Db, log: Logger): IdModes {
  const hits = new Map<string, { mode: IdMode; count: number }>()

  function hit(provider: string, mode: IdMode): void {
    const known = hits.get(provider)
    const count = known?.mode === mode ? known.count + 1 : 1
    hits.set(provider, { mode, count })
    if (count === ENOUGH) {
      const { detail, fix } = toStep(provider, mode)
      log.warn({ event: 'receipts.id_mode', provider, mode }, `${detail} ${fix ?? ''}`)
    }
  }

  return {
    async missed({ provider, providerMessageId, contact }) {
      if (contact === undefined || (hits.get(provider)?.count ?? 0) >= ENOUGH) return
      const forms = answerIds(providerMessageId)
      if (forms.length === 0) return
      const found = await findOtherForm(
        db,
        provider,
        forms.map(({ id }) => id),
        contact,
      )
      const form = forms.find(({ id }) => id === found)
      if (form !== undefined) hit(provider, form.mode)
    },
    proposals: () =>
      [...hits].filter(([, { count }]) => count >= ENOUGH).map(([provider, { mode }]) => toStep(provider, mode)),
  }
}

function toStep(provider: string, mode: IdMode): CheckStep {
  const [answers, receipts] = mode === 'hex-dec' ? ['hexadecimal', 'decimal'] : ['decimal', 'hexadecimal']
  return {
    name: `${provider}: receipts`,
    ok: false,
    detail: `Its answers write message ids as ${answers} numbers and its receipts as ${receipts} ones, so that no receipt finds its message.`,
    fix: `Set message_id=${mode} in its URL.`,
  }
}
