import { COMMANDS, encode, TLVS, type Command } from '../../src/fakes/smsc/pdu.ts'

const FIELDS = { source_addr_ton: 1, source_addr: '201009129288', destination_addr: '15005550006' } as const

/** Octets that no SMSC should send, by what is wrong with them. All end the session, or are answered, or are passed over. */
export const MALFORMED: Readonly<Record<string, Buffer>> = {
  'a length of 0': header(0),
  'a length of 3': header(3),
  'a length of 8': header(8),
  'a length of 15': header(15),
  'a length of 2³¹ - 1': header(0x7f_ff_ff_ff),
  'a length of 2³² - 1': header(0xff_ff_ff_ff),
  'a header and random octets': Buffer.concat([header(16), Buffer.from('9e2f00c1d7', 'hex')]),
  'an answer of HTTP': Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  'less than it says': header(200),
  'a text without its end': pdu('deliver_sm', Buffer.from('no zero anywhere')),
  'sm_length beyond its end': pdu(
    'deliver_sm',
    Buffer.concat([Buffer.alloc(16), Buffer.of(200), Buffer.from('short')]),
  ),
  'a parameter beyond its end': deliver(Buffer.of(0x04, 0x24, 0xff, 0xff, 1)),
  'half a parameter': deliver(Buffer.of(0x04)),
  'a parameter of no octets': deliver(Buffer.of(0x04, 0x27, 0, 0)),
  'an unknown command': pdu(0x00_00_77_77, Buffer.alloc(0)),
  'an unknown answer': pdu(0x80_00_77_77, Buffer.alloc(0)),
  'an answer to nobody': pdu('submit_sm_resp', Buffer.from('1\0'), 0x7f_ff_ff_f0),
  'an answer with half an id': pdu('submit_sm_resp', Buffer.from('123'), 0x7f_ff_ff_f1),
  'a nack for nobody': pdu('generic_nack', Buffer.alloc(0), 0),
  'what only clients say': pdu('submit_sm', Buffer.alloc(40)),
  'a bind': pdu('bind_transceiver', Buffer.from('a\0b\0\0\0\0\0\0')),
}

/** Whole PDUs with some octets changed: the stream stays in step, what is in it does not make sense. `chance`: 0..1 */
export function mutated(count: number, chance: () => number): Buffer {
  const pdus: Buffer[] = []
  while (pdus.length < count) {
    const one = mutate(pick(TEMPLATES, chance), chance)
    // An answer to what is under way, or the end of the session, would be no nonsense.
    if (!isMeant(one)) pdus.push(one)
  }
  return Buffer.concat(pdus)
}

const RECEIPT = Buffer.from(
  'id:77 sub:001 dlvrd:001 submit date:2611231200 done date:2611231201 stat:DELIVRD err:000 text:',
)

const TEMPLATES: readonly Buffer[] = [
  encode({
    command: 'deliver_sm',
    sequence: 0x7e_00_00_09,
    fields: { ...FIELDS, esm_class: 4, short_message: RECEIPT },
  }),
  encode({
    command: 'deliver_sm',
    sequence: 0x7e_00_00_0a,
    fields: { ...FIELDS, esm_class: 4 },
    tlvs: [
      [TLVS.receipted_message_id, Buffer.from('77\0')],
      [TLVS.message_state, Buffer.of(2)],
    ],
  }),
  encode({
    command: 'deliver_sm',
    sequence: 0x7e_00_00_0b,
    fields: { ...FIELDS, esm_class: 0x40, data_coding: 8, short_message: Buffer.from('0500032a020100e900f1', 'hex') },
  }),
  encode({ command: 'submit_sm_resp', sequence: 0x7f_00_00_00, fields: { message_id: '1234567890' } }),
  encode({ command: 'enquire_link', sequence: 0x7e_00_00_0c }),
  encode({ command: 'generic_nack', status: 3, sequence: 0x7f_00_00_01 }),
]

const MOST_CHANGES = 4

function mutate(template: Buffer, chance: () => number): Buffer {
  const octets = Buffer.from(template)
  const changes = 1 + Math.floor(chance() * MOST_CHANGES)
  for (let change = 0; change < changes; change += 1) {
    // All but its length.
    octets[4 + Math.floor(chance() * (octets.length - 4))] = Math.floor(chance() * 256)
  }
  return octets
}

/** Sequence numbers in use are small ones. */
const USED = 0x01_00_00_00

function isMeant(octets: Buffer): boolean {
  const [command, sequence] = [octets.readUInt32BE(4), octets.readUInt32BE(12)]
  const ends = command === COMMANDS.unbind || command === COMMANDS.unbind_resp
  return ends || (command >= 0x80_00_00_00 && sequence < USED)
}

function pick<T>(all: readonly T[], chance: () => number): T {
  const one = all[Math.floor(chance() * all.length)]
  if (one === undefined) throw new Error('there is nothing to pick from')
  return one
}

function header(length: number): Buffer {
  const octets = Buffer.alloc(16)
  octets.writeUInt32BE(length, 0)
  octets.writeUInt32BE(COMMANDS.deliver_sm, 4)
  octets.writeUInt32BE(0x7e_00_00_02, 12)
  return octets
}

/** With a length that is right. */
function pdu(command: Command | number, body: Buffer, sequence = 0x7e_00_00_01): Buffer {
  const octets = Buffer.concat([header(16 + body.length), body])
  octets.writeUInt32BE(typeof command === 'number' ? command : COMMANDS[command], 4)
  octets.writeUInt32BE(sequence, 12)
  return octets
}

function deliver(tlvs: Buffer): Buffer {
  const octets = encode({ command: 'deliver_sm', sequence: 0x7e_00_00_0d, fields: FIELDS })
  return pdu('deliver_sm', Buffer.concat([octets.subarray(16), tlvs]), 0x7e_00_00_0d)
}
