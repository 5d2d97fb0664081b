import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import type { Msisdn } from '../../../src/domain/contact.ts'
import type { OutboundSms, Receipt, SmsProvider } from '../../../src/domain/provider.ts'
import { startFakeSmsc } from '../../../src/fakes/smsc.ts'
import { createSmpp } from '../../../src/providers/smpp/provider.ts'
import { readSmppUrl } from '../../../src/providers/smpp/url.ts'
import { pcapOf, type Piece } from '../../support/pcap.ts'
import { decodedBy, hasTshark, type Layer, valuesOf } from '../../support/tshark.ts'
import { until } from '../../support/until.ts'

const CONTACT = '+201009129288' as Msisdn
/** Seven times 14 UTF-16 code units: the 67 of the first part end right before an emoji. */
const GREETING = 'سلام عليكم 👍 '
const ARABIC = [utf16(GREETING.repeat(7).slice(0, 67)), utf16(GREETING.repeat(7).slice(67))]
const LETTERS = [ascii('a'.repeat(153)), ascii('a'.repeat(47))]
const NEVER = new AbortController().signal

/** Everything that passes on its way to the SMSC and back. */
async function recorded(port: number): Promise<{ port: number; pieces: readonly Piece[] }> {
  const pieces: Piece[] = []
  const server = createServer((client) => {
    const smsc = connect(port, '127.0.0.1')
    for (const [from, to, name] of [
      [client, smsc, 'client'],
      [smsc, client, 'server'],
    ] as const) {
      from.on('error', () => undefined)
      from.on('data', (octets: Buffer) => {
        pieces.push({ from: name, octets })
        to.write(octets)
      })
      from.on('end', () => to.end())
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  const place = server.address()
  if (typeof place !== 'object' || place === null) throw new Error('a port has no number')
  return { port: place.port, pieces }
}

function openClient(port: number, receipts: Receipt[]): SmsProvider {
  const reading = readSmppUrl(`smpp://look-alike:secret08@127.0.0.1:${port}?from=Tidings&window=1&system_type=VMA`)
  if (!('options' in reading)) throw new Error(reading.problem)
  const provider = createSmpp(
    { ...reading.options, name: 'smpp' },
    {
      log: pino({ level: 'silent' }),
      monotonic: () => performance.now(),
      chance: () => 0.5,
      after(ms, run) {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
      takeReceipt: async (receipt) => void receipts.push(receipt),
      takeInbound: async () => undefined,
      takeUnreadable: async () => undefined,
    },
  )
  onTestFinished(() => provider.close())
  provider.binds?.hold([0])
  return provider
}

function sms(messageId: number, text: string, segments: number, more: Partial<OutboundSms> = {}): OutboundSms {
  const known = { attempt: 1, contact: CONTACT, sender: null, validitySeconds: 3_600 }
  return { ...known, messageId, text, segments, ...more }
}

test.skipIf(!hasTshark)('a session is to Wireshark what it is meant to be, field by field', async () => {
  const smsc = await startFakeSmsc({ firstId: 1_000n })
  onTestFinished(() => smsc.close())
  const { port, pieces } = await recorded(smsc.port)
  const receipts: Receipt[] = []
  const client = openClient(port, receipts)
  await until(() => client.window > 0)
  for (const message of [
    sms(1, 'Your code is 482913: {ok}', 1, { tlvs: { '0x1400': '1101234567890', '0x1401': 'hex:0a0b' } }),
    sms(2, GREETING.repeat(7), 2),
    sms(3, 'a'.repeat(200), 2, { sender: '+15005550006' }),
  ])
    await client.submit(message, NEVER)
  await until(() => receipts.length >= 5)
  await client.close()
  const folder = mkdtempSync(join(tmpdir(), 'tidings-tshark-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'session.pcap')
  writeFileSync(file, pcapOf(pieces))
  const pdus = decodedBy('smpp', file)
  const of = (command: string): readonly Layer[] => pdus.filter((pdu) => pdu['smpp.command_id'] === command)
  expect(of(COMMANDS.bind)).toMatchObject([BIND])
  expect(of(COMMANDS.submit)).toMatchObject([
    {
      ...SUBMIT,
      ...FROM_TIDINGS,
      'smpp.esm.submit.features': '0x00',
      'smpp.data_coding': '0x00',
      'smpp.message': written(`${ascii('Your code is 482913: ')}1b28${ascii('ok')}1b29`),
      'smpp.opt_params': {
        'smpp.opt_param': [
          {
            'smpp.opt_param_tag': '0x1400',
            'smpp.opt_param_len': '13',
            'smpp.vendor_op': written(ascii('1101234567890')),
          },
          { 'smpp.opt_param_tag': '0x1401', 'smpp.opt_param_len': '2', 'smpp.vendor_op': written('0a0b') },
        ],
      },
    },
    ...ARABIC.map((text, index) => ({ ...SUBMIT, ...FROM_TIDINGS, ...part(0, index + 1, text, 8) })),
    ...LETTERS.map((text, index) => ({ ...SUBMIT, ...FROM_NUMBER, ...part(1, index + 1, text, 0) })),
  ])
  const ids = ['1000', '1001', '1002', '1003', '1004']
  expect(of(COMMANDS.submitAnswer).map((pdu) => [pdu['smpp.command_status'], pdu['smpp.message_id']])).toEqual(
    ids.map((id) => [OK, id]),
  )
  // What the other side meant is what our client read.
  const told = of(COMMANDS.deliver)
  expect(told.map((pdu) => valuesOf(pdu, 'smpp.receipted_message_id')).flat()).toEqual(ids)
  expect(receipts.map(({ providerMessageId, status }) => [providerMessageId, status])).toEqual(
    ids.map((id) => [id, 'delivered']),
  )
  const answers = of(COMMANDS.deliverAnswer).map((pdu) => [pdu['smpp.sequence_number'], pdu['smpp.command_status']])
  expect(answers).toEqual(told.map((pdu) => [pdu['smpp.sequence_number'], OK]))
  expect(of(COMMANDS.unbind)).toHaveLength(1)
  expect(pdus.filter((pdu) => pdu['smpp.command_length'] === undefined)).toEqual([])
})

const OK = '0x00000000'

const COMMANDS = {
  bind: '0x00000009',
  submit: '0x00000004',
  submitAnswer: '0x80000004',
  deliver: '0x00000005',
  deliverAnswer: '0x80000005',
  unbind: '0x00000006',
}

const BIND = {
  'smpp.system_id': 'look-alike',
  'smpp.password': 'secret08',
  'smpp.system_type': 'VMA',
  'smpp.interface_version': String(0x34),
}

const SUBMIT = {
  'smpp.dest_addr_ton': '0x01',
  'smpp.dest_addr_npi': '0x01',
  'smpp.destination_addr': '201009129288',
  'smpp.esm.submit.msg_mode': '0x00',
  'smpp.esm.submit.msg_type': '0x00',
  'smpp.validity_period_r': '3600.000000000',
  'smpp.regdel.receipt': '0x01',
}

const FROM_TIDINGS = {
  'smpp.source_addr_ton': '0x05',
  'smpp.source_addr_npi': '0x00',
  'smpp.source_addr': 'Tidings',
}

const FROM_NUMBER = {
  'smpp.source_addr_ton': '0x01',
  'smpp.source_addr_npi': '0x01',
  'smpp.source_addr': '15005550006',
}

/** Of two: its header of user data, and what follows, in hexadecimal. */
function part(reference: number, number: number, rest: string, dataCoding: number): Layer {
  const header = Buffer.of(5, 0, 3, reference, 2, number).toString('hex')
  return {
    'smpp.esm.submit.features': '0x01',
    'smpp.data_coding': `0x0${dataCoding}`,
    'smpp.sm_length': String(6 + rest.length / 2),
    'smpp.message': written(header + rest),
  }
}

function ascii(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex')
}

function utf16(text: string): string {
  return Buffer.from(text, 'utf16le').swap16().toString('hex')
}

/** As Wireshark writes them. */
function written(hex: string): string {
  return hex.match(/../g)?.join(':') ?? ''
}
