import type { Logger } from 'pino'
import { failure, type Failure } from '../../domain/failure.ts'
import type { InboundSms, Receipt, UnreadableReceipt } from '../../domain/provider.ts'
import { contactOf } from './addresses.ts'
import { readInboundText, userDataOf } from './inbound.ts'
import type { DataSm, DeliverSm } from './pdu.ts'
import { readReceipt, type MessageState, type ReceiptFacts } from './receipts.ts'
import { STATUS } from './statuses.ts'
import type { SmppOptions } from './url.ts'

export interface ArrivalsParts {
  readonly log: Logger
  /** Resolves after COMMIT, rejects when it could not be stored. */
  readonly takeReceipt: (receipt: Receipt) => Promise<void>
  readonly takeInbound: (inbound: InboundSms) => Promise<void>
  readonly takeUnreadable: (receipt: UnreadableReceipt) => Promise<void>
}

export type ArrivalsOptions = Pick<SmppOptions, 'charset' | 'sender'> & { readonly name: string }

/**
 * Stores what an SMSC hands over, and resolves with the command_status to answer with: ESME_ROK only after COMMIT, ESME_RX_T_APPN where
 * that failed, so that it comes again. What cannot be read is taken and put aside: it would come again and again.
 */
export function createArrivals(
  options: ArrivalsOptions,
  parts: ArrivalsParts,
): (pdu: DeliverSm | DataSm) => Promise<number> {
  const { name } = options

  async function stored(what: 'receipt' | 'inbound', store: () => Promise<void>): Promise<number> {
    try {
      await store()
      return STATUS.ESME_ROK
    } catch (error) {
      parts.log.warn(
        { event: `${what}.failed`, provider: name, err: error },
        'what an SMSC handed over was not stored; it is to send it again',
      )
      return STATUS.ESME_RX_T_APPN
    }
  }

  return async (pdu) => {
    const facts = readReceipt(pdu)
    // A text with a parameter of receipts, which says nothing else of one, is a text: somebody wrote it.
    if (facts === null || (facts === 'unreadable' && (pdu.esmClass & MESSAGE_TYPE) === 0)) {
      return stored('inbound', () => parts.takeInbound(toInbound(options, pdu)))
    }
    if (facts === 'unreadable') {
      const { command, sequence, esmClass, dataCoding } = pdu
      parts.log.warn(
        { event: 'smpp.unreadable', provider: name, command, sequence, esm_class: esmClass, data_coding: dataCoding },
        'a receipt names no message, or says nothing; it is put aside',
      )
      return stored('receipt', () => parts.takeUnreadable(toUnreadable(name, pdu)))
    }
    return stored('receipt', () => parts.takeReceipt(toReceipt(options, pdu, facts)))
  }
}

/** Of esm_class. Source: SMPP v3.4 §5.2.12. */
const MESSAGE_TYPE = 0x3c

/** UNKNOWN says that the SMSC has lost sight of it: the message is as far as it was. */
const STATUSES: Record<MessageState, Receipt['status']> = {
  ENROUTE: 'sent',
  ACCEPTED: 'sent',
  UNKNOWN: 'sent',
  DELIVERED: 'delivered',
  EXPIRED: 'expired',
  DELETED: 'failed',
  UNDELIVERABLE: 'undelivered',
  REJECTED: 'failed',
}

function toReceipt({ name, sender }: ArrivalsOptions, pdu: DeliverSm | DataSm, facts: ReceiptFacts): Receipt {
  const contact = contactIn(pdu, sender)
  return {
    provider: name,
    providerMessageId: facts.messageId,
    attempt: null,
    status: STATUSES[facts.state],
    failure: failureOf(facts),
    at: facts.doneAt,
    ...(contact === null ? {} : { contact }),
  }
}

function failureOf(facts: ReceiptFacts): Failure | null {
  const code = codeOf(facts)
  switch (facts.state) {
    case 'ENROUTE':
    case 'ACCEPTED':
    case 'DELIVERED':
      return null
    case 'UNKNOWN':
      return failure('permanent', 'unknown', { status: 'undelivered', code })
    case 'EXPIRED':
      return failure('permanent', 'validity_expired', { status: 'expired', code })
    case 'DELETED':
      return failure('permanent', 'cancelled', { code })
    case 'UNDELIVERABLE':
      return failure('permanent', 'undeliverable', { status: 'undelivered', code })
    case 'REJECTED':
      return failure('permanent', 'rejected', { code })
  }
}

/** What carriers mean by their codes differs from one to the next: it is kept, not read. */
function codeOf({ error, network }: ReceiptFacts): string | null {
  if (error !== null && !/^0+$/.test(error)) return error
  return network === null || network.code === 0 ? null : `${network.type}:${network.code}`
}

const NUMBER = /^\+?\d{5,20}$/

/**
 * A receipt comes from where the message went. Some SMSCs leave the addresses as they were in the message: where both are numbers, and neither
 * is known as ours, it does not tell.
 */
function contactIn({ source, destination }: DeliverSm | DataSm, sender: string | null): string | null {
  const [from, to] = [contactOf(source), contactOf(destination)]
  if (!NUMBER.test(from) || isOurs(from, sender)) return NUMBER.test(to) ? to : null
  return NUMBER.test(to) && !isOurs(to, sender) ? null : from
}

function isOurs(address: string, sender: string | null): boolean {
  return sender !== null && address.replace('+', '') === sender.replace('+', '')
}

function toUnreadable(provider: string, pdu: DeliverSm | DataSm): UnreadableReceipt {
  const { command, esmClass, dataCoding, source, destination, tlvs } = pdu
  return {
    provider,
    command,
    esmClass,
    dataCoding,
    source: contactOf(source),
    destination: contactOf(destination),
    message: userDataOf(pdu),
    tlvs,
  }
}

function toInbound({ name, charset }: ArrivalsOptions, pdu: DeliverSm | DataSm): InboundSms {
  const { text, octets, part } = readInboundText(pdu, charset)
  return {
    provider: name,
    providerMessageId: null,
    from: contactOf(pdu.source),
    to: contactOf(pdu.destination),
    // A database's text holds no zero; without this the SMSC would send it again for ever.
    text: text === null ? `hex:${octets.toString('hex')}` : text.replaceAll('\0', ''),
    part,
    at: null,
    handled: null,
  }
}
