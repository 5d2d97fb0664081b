import smpp from 'smpp'
import { expect } from 'vitest'
import { encode as encodeTheirs } from '../../../src/fakes/smsc/pdu.ts'
import type { Command } from '../../../src/providers/smpp/commands.ts'
import { NOTHING, type ShortMessage } from '../../../src/providers/smpp/pdu.ts'
import { TLVS } from '../../../src/providers/smpp/tlvs.ts'
import { specFields, type Body } from './spec-names.ts'
import { readTlvs } from './tlv-lists.ts'

export const MESSAGE: ShortMessage = {
  serviceType: '',
  source: { ton: 5, npi: 0, address: 'Tidings' },
  destination: { ton: 1, npi: 1, address: '201009129288' },
  esmClass: 0,
  protocolId: 0,
  priorityFlag: 0,
  scheduleDeliveryTime: '',
  validityPeriod: '000000010000000R',
  registeredDelivery: 1,
  replaceIfPresentFlag: 0,
  dataCoding: 0,
  smDefaultMsgId: 0,
  shortMessage: Buffer.from('Your code is 482913'),
}

/** Written by `smpp`. */
export function written(command: Command, sequence: number, body: Body, tlvs: Buffer = NOTHING): Buffer {
  const parameters = readTlvs(tlvs).map(({ tag, value }): [string, unknown] => {
    const [name, { kind }] =
      Object.entries(TLVS).find(([, known]) => known.tag === tag) ?? expect.unreachable('unknown')
    if (kind === 'number') return [name, value.readUIntBE(0, value.length)]
    return [name, kind === 'text' ? value.toString('latin1').replace('\0', '') : value]
  })
  const fields = { ...specFields(body), ...Object.fromEntries<unknown>(parameters), sequence_number: sequence }
  return new smpp.PDU(command, fields).toBuffer()
}

export function byTheLookAlike(
  command: 'submit_sm' | 'deliver_sm',
  sequence: number,
  message: ShortMessage,
  tlvs: Buffer,
): Buffer {
  const parameters = readTlvs(tlvs).map(({ tag, value }) => [tag, value] as const)
  return encodeTheirs({ command, sequence, fields: specFields(message), tlvs: parameters })
}

/** A deliver_sm as it comes. */
export function delivered(change: Partial<ShortMessage> = {}, tlvs: Buffer = NOTHING): Buffer {
  return byTheLookAlike('deliver_sm', 77, { ...MESSAGE, ...change }, tlvs)
}

/** A copy that names the length it has. */
export function withLength(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  if (copy.length >= 4) copy.writeUInt32BE(copy.length, 0)
  return copy
}
