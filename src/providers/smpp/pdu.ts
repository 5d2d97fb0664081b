import type { Command } from './commands.ts'

/** What every PDU has. */
export interface Header {
  /** command_status: 0 in requests, and in answers that are no refusal. */
  readonly status: number
  /** 1 to 0x7FFFFFFF; 0 only in a generic_nack to something that could not be read. Source: SMPP v3.4 §3.2. */
  readonly sequence: number
  /** The optional parameters as they stand on the wire, whole ones only; see `tlvs.ts`. */
  readonly tlvs: Buffer
}

/** Type of number, numbering plan and the number itself. Source: SMPP v3.4 §5.2.5 and §5.2.6. */
export interface Address {
  readonly ton: number
  readonly npi: number
  /** Up to 20 characters; 64 in data_sm and alert_notification. */
  readonly address: string
}

export interface Bind extends Header {
  readonly command: 'bind_receiver' | 'bind_transmitter' | 'bind_transceiver'
  /** Up to 15 characters. */
  readonly systemId: string
  /** Up to 8 characters. */
  readonly password: string
  /** Up to 12 characters. */
  readonly systemType: string
  /** 0x34 is version 3.4. */
  readonly interfaceVersion: number
  readonly addrTon: number
  readonly addrNpi: number
  /** Up to 40 characters. */
  readonly addressRange: string
}

export interface BindResp extends Header {
  readonly command: 'bind_receiver_resp' | 'bind_transmitter_resp' | 'bind_transceiver_resp'
  readonly systemId: string
}

export interface Outbind extends Header {
  readonly command: 'outbind'
  readonly systemId: string
  readonly password: string
}

/** PDUs without a body. */
export interface Bare extends Header {
  readonly command: 'unbind' | 'unbind_resp' | 'enquire_link' | 'enquire_link_resp' | 'generic_nack' | 'cancel_sm_resp'
}

/** What submit_sm and deliver_sm are made of. Source: SMPP v3.4 §4.4.1 and §4.6.1. */
export interface ShortMessage {
  /** Up to 5 characters. */
  readonly serviceType: string
  readonly source: Address
  readonly destination: Address
  readonly esmClass: number
  readonly protocolId: number
  readonly priorityFlag: number
  /** Empty or 16 characters, as `validity.ts` writes them. */
  readonly scheduleDeliveryTime: string
  readonly validityPeriod: string
  readonly registeredDelivery: number
  readonly replaceIfPresentFlag: number
  readonly dataCoding: number
  readonly smDefaultMsgId: number
  /** Up to 254 octets; empty where the text stands in message_payload. A view of what was decoded. */
  readonly shortMessage: Buffer
}

export interface SubmitSm extends Header, ShortMessage {
  readonly command: 'submit_sm'
}

export interface DeliverSm extends Header, ShortMessage {
  readonly command: 'deliver_sm'
}

/** Source: SMPP v3.4 §4.7.1. The text stands in message_payload. */
export interface DataSm extends Header {
  readonly command: 'data_sm'
  readonly serviceType: string
  readonly source: Address
  readonly destination: Address
  readonly esmClass: number
  readonly registeredDelivery: number
  readonly dataCoding: number
}

export interface MessageResp extends Header {
  readonly command: 'submit_sm_resp' | 'deliver_sm_resp' | 'data_sm_resp'
  /** Empty where the peer gave none; up to 64 characters written, up to 255 read. */
  readonly messageId: string
}

export interface QuerySm extends Header {
  readonly command: 'query_sm'
  readonly messageId: string
  /** As in the submit_sm. */
  readonly source: Address
}

export interface QuerySmResp extends Header {
  readonly command: 'query_sm_resp'
  readonly messageId: string
  /** Empty until the message reached a final state, then an absolute time. */
  readonly finalDate: string
  /** 1 to 8, see `receipts.ts`. */
  readonly messageState: number
  /** Of the network, 0 for none. */
  readonly errorCode: number
}

export interface CancelSm extends Header {
  readonly command: 'cancel_sm'
  readonly serviceType: string
  /** Empty: all messages of this source to this destination. */
  readonly messageId: string
  readonly source: Address
  readonly destination: Address
}

export interface AlertNotification extends Header {
  readonly command: 'alert_notification'
  readonly source: Address
  readonly esme: Address
}

export type Pdu =
  | Bind
  | BindResp
  | Outbind
  | Bare
  | SubmitSm
  | DeliverSm
  | DataSm
  | MessageResp
  | QuerySm
  | QuerySmResp
  | CancelSm
  | AlertNotification

/** A PDU of a command that is not in the table of commands. */
export interface UnknownPdu {
  readonly command: 'unknown'
  readonly id: number
  readonly status: number
  readonly sequence: number
}

/** A PDU whose body is not what its command has. Of responses only an id that is too long makes one. */
export interface Malformed {
  readonly command: 'malformed'
  /** Which command it would have been; null: it was no PDU at all. */
  readonly of: Command | null
  /** The command_status to answer it with. */
  readonly status: number
  /** 0 where there is none. */
  readonly sequence: number
  /** For the log; names a field, never what stands in it. */
  readonly problem: string
}

/** No optional parameters, or an empty message. */
export const NOTHING: Buffer = Buffer.alloc(0)
