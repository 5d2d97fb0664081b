import { encodeBare, encodeMessageResp } from './encode.ts'
import type { DataSm, DeliverSm } from './pdu.ts'
import { STATUS } from './statuses.ts'

/** What one session was sent and has not answered yet. */
export interface Deliveries {
  /** Answered as soon as it is known with what; others go on meanwhile. */
  take(pdu: DeliverSm | DataSm): void
  underWay(): number
}

export interface DeliveriesParts {
  /** Resolves with the command_status to answer with, 0 only once it is kept. */
  readonly keep: (pdu: DeliverSm | DataSm) => Promise<number>
  readonly write: (octets: Buffer) => void
  /** Too much is under way: nothing more is read until it is called with `false`. */
  readonly hold: (on: boolean) => void
  /** One was answered. */
  readonly onAnswered: () => void
}

/** Receipts and texts that are being stored; reading stops at so many, and goes on at half of it. */
const MOST = 1_000

export function createDeliveries({ keep, write, hold, onAnswered }: DeliveriesParts): Deliveries {
  let underWay = 0
  let held = false

  async function answer(pdu: DeliverSm | DataSm): Promise<void> {
    const response = pdu.command === 'deliver_sm' ? 'deliver_sm_resp' : 'data_sm_resp'
    const status = await keep(pdu).catch(() => STATUS.ESME_RX_T_APPN)
    write(status === 0 ? encodeMessageResp(response, pdu.sequence) : encodeBare(response, pdu.sequence, status))
    underWay -= 1
    if (held && underWay <= MOST / 2) {
      held = false
      hold(false)
    }
    onAnswered()
  }

  return {
    take(pdu) {
      underWay += 1
      void answer(pdu)
      if (held || underWay < MOST) return
      held = true
      hold(true)
    },
    underWay: () => underWay,
  }
}
