import type { Command } from './commands.ts'

/** What every PDU has. */
export interface Header {
  /** command_status: 0 in requests, and in answers that are no refusal. */
  readonly status: number
  /** 1 to 0x7FFFFFFF; 0 only in a generic_nack to something that could not be read. Source: SMPP v3.4 §3.2. */
  readonly sequence: number
}

/** Type of number, numbering plan and the number itself. Source: SMPP v3.4 §5.2.5 and §5.2.6. */
export interface Address {
  readonly ton: number
  readonly npi: number
  /** Up to 20 characters; 64 in data_sm. */
  readonly address: string
}

/** Of the three requests to be bound. */
export interface Bind {
  readonly command: 'bind_receiver' | 'bind_transmitter' | 'bind_transceiver'
  readonly sequence: number
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

/** A PDU of which nothing but its header counts, whatever body it has. */
export interface Bare extends Header {
  readonly command: Exclude<Command, 'deliver_sm' | 'data_sm' | 'submit_sm_resp'>
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

export interface DeliverSm extends Header, ShortMessage {
  readonly command: 'deliver_sm'
  /** The optional parameters as they stand on the wire, whole ones only; see `tlvs.ts`. */
  readonly tlvs: Buffer
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
  /** As those of deliver_sm. */
  readonly tlvs: Buffer
}

export interface SubmitSmResp extends Header {
  readonly command: 'submit_sm_resp'
  /** Up to 255 characters; empty where the peer gave none. */
  readonly messageId: string
}

/** What comes. */
export type Pdu = Bare | DeliverSm | DataSm | SubmitSmResp

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
