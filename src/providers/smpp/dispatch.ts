import { type Command, responseTo } from './commands.ts'
import { decodePdu } from './decode.ts'
import { encodeBare } from './encode.ts'
import type { DataSm, DeliverSm, Malformed } from './pdu.ts'
import type { Oddity } from './session-parts.ts'
import { STATUS } from './statuses.ts'

/** What a session does with what comes. */
export interface Handlers {
  write(octets: Buffer): void
  onOddity(oddity: Oddity): void
  /** Of a submission. */
  onAnswer(sequence: number, status: number, messageId: string, command: string): void
  /** Of whatever had this number. */
  onNack(sequence: number, status: number): void
  onBindAnswer(sequence: number, status: number, command: string): void
  onDelivery(pdu: DeliverSm | DataSm): void
  onUnbind(sequence: number): void
  onUnbindAnswer(sequence: number): void
}

const IS_RESPONSE = 0x8000_0000

/** Hands one whole PDU on. What no ESME is asked for is refused here. */
export function dispatch(octets: Buffer, on: Handlers): void {
  const pdu = decodePdu(octets)
  switch (pdu.command) {
    case 'submit_sm_resp':
      return on.onAnswer(pdu.sequence, pdu.status, pdu.messageId, pdu.command)
    case 'generic_nack':
      return on.onNack(pdu.sequence, pdu.status)
    case 'deliver_sm':
    case 'data_sm':
      return on.onDelivery(pdu)
    case 'enquire_link':
      return on.write(encodeBare('enquire_link_resp', pdu.sequence))
    case 'bind_receiver_resp':
    case 'bind_transmitter_resp':
    case 'bind_transceiver_resp':
      return on.onBindAnswer(pdu.sequence, pdu.status, pdu.command)
    case 'unbind':
      return on.onUnbind(pdu.sequence)
    case 'unbind_resp':
      return on.onUnbindAnswer(pdu.sequence)
    case 'enquire_link_resp':
    case 'outbind':
    case 'alert_notification':
      return
    case 'unknown':
      on.onOddity({ kind: 'unknown', command: `0x${pdu.id.toString(16)}`, sequence: pdu.sequence })
      return pdu.id < IS_RESPONSE ? refuseUnknown(pdu.sequence, on) : undefined
    case 'malformed':
      return onMalformed(pdu, octets, on)
    case 'bind_receiver':
    case 'bind_transmitter':
    case 'bind_transceiver':
    case 'submit_sm':
    case 'query_sm':
    case 'cancel_sm':
      return refuseUnknown(pdu.sequence, on)
    case 'deliver_sm_resp':
    case 'data_sm_resp':
    case 'query_sm_resp':
    case 'cancel_sm_resp':
      return on.onOddity({ kind: 'unmatched', command: pdu.command, sequence: pdu.sequence })
  }
}

/** Refuses a request by its own answer. */
export function refusal(command: Command, sequence: number, status: number): Buffer | null {
  const response = responseTo(command)
  return response === null ? null : encodeBare(response, sequence, status)
}

function refuseUnknown(sequence: number, on: Handlers): void {
  on.write(encodeBare('generic_nack', sequence, STATUS.ESME_RINVCMDID))
}

/** What it says of a submission is in its header; a request is answered with what is wrong with it. */
function onMalformed(pdu: Malformed, octets: Buffer, on: Handlers): void {
  const { of, sequence, status, problem } = pdu
  on.onOddity({ kind: 'malformed', command: of ?? 'unknown', sequence, problem })
  if (of === 'submit_sm_resp') return on.onAnswer(sequence, octets.readUInt32BE(8), '', of)
  const answer = of === null ? encodeBare('generic_nack', sequence, status) : refusal(of, sequence, status)
  if (answer !== null) on.write(answer)
}
