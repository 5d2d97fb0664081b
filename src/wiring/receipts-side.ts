import { setTimeout as sleep } from 'node:timers/promises'
import type { Channels } from './channels.ts'
import type { Dbs } from './dbs.ts'
import type { ConsentGroup } from '../domain/consent.ts'
import type { SmsProvider } from '../domain/provider.ts'
import { createReceiptAlarms } from '../flows/receipts/receipt-alarms.ts'
import { createReceiptsFlow, type ReceiptsFlow } from '../flows/receipts/receipts.ts'
import type { Inbound } from './inbound-side.ts'
import { lineOfMove, type LiveLine } from './live-lines.ts'
import type { Log } from './log.ts'
import type { Ruling } from './ruling.ts'
import type { SmsRouting } from './sms/routing.ts'
import type { Watching } from './watching.ts'
import { submitting } from './submitting.ts'
import { chance, monotonic } from './world.ts'

export interface ReceiptsSide {
  readonly dbs: Dbs
  readonly channels: Channels
  readonly hint: () => void
  readonly watching: Watching
  readonly routing: SmsRouting
  readonly ruling: Pick<Ruling, 'hold' | 'holdPush' | 'tell' | 'flags'>
  readonly inbound: Pick<Inbound, 'noteRefusal'>
  readonly consentGroup: ConsentGroup
}

/** What providers report later, and everybody who hears of it. */
export function openReceipts(
  { log, onLine }: { readonly log: Log; readonly onLine: ((line: LiveLine) => void) | null },
  { dbs, channels, hint, watching, routing, ruling, inbound }: ReceiptsSide,
): ReceiptsFlow {
  const alarms = createReceiptAlarms(monotonic, ruling.tell)
  return createReceiptsFlow({
    db: dbs.work,
    log,
    providers: new Map(channels.sms.map((provider) => [provider.name, provider])),
    chance,
    onStored: (receipt, move) => {
      watching.received(receipt, move)
      routing.received(receipt, move.state.sentTo, move.state.sender)
      alarms.received(receipt, move)
      ruling.flags.received(receipt, move)
    },
    onUnreadable: (provider) => watching.unreadable(provider),
    optedOut: (receipt, { messageId }) => inbound.noteRefusal(messageId, receipt.provider),
    wait: (ms) => sleep(ms),
    onward: ({ sentTo, ...state }, ...why) => routing.onward({ ...state, contact: sentTo }, ...why),
    onMoved: (id, contact, text, status, reason) => {
      hint()
      onLine?.(lineOfMove(id, contact, text, status, reason))
    },
  })
}

/** The provider, and `receipts` hears of each answer before it is settled. */
export function heardBy(receipts: Pick<ReceiptsFlow, 'taken'>, provider: SmsProvider): SmsProvider {
  return submitting(provider, {
    async submit(sms, signal) {
      const outcome = await provider.submit(sms, signal)
      receipts.taken(provider.name, sms.messageId, outcome)
      return outcome
    },
  })
}
