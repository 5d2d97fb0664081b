import { readCidr } from '../../domain/public-address.ts'
import type { Reading } from './reading.ts'
import type { HttpSmsFile } from './schema.ts'
import type { CallbackProof, InboundRules, ReceiptRules } from './settings.ts'

type CallbacksFile = NonNullable<HttpSmsFile['callbacks']>

export function readProof(file: HttpSmsFile, reading: Reading): CallbackProof | null {
  const { callbacks } = file
  if (callbacks !== undefined) return readCallbacks(callbacks, file, reading)
  if (file.receipts !== undefined || file.inbound !== undefined) {
    reading.fault('callbacks', 'is missing: nobody could tell a genuine call from another', 'Say how calls are known.')
  }
  return null
}

function readCallbacks(callbacks: CallbacksFile, file: HttpSmsFile, reading: Reading): CallbackProof | null {
  const { kind, header, query, secret, addresses } = callbacks
  if (kind === 'addresses') return readAddresses(addresses, reading)
  if (secret === undefined) {
    reading.fault('callbacks.secret', `is missing, and ${kind} needs it`, 'Set it to {"env": "NAME"}.')
    return null
  }
  const held = reading.secret('callbacks.secret', secret)
  // The empty secret of a variable that is not set was told already.
  if (held.length > 0 && held.length < LEAST_SECRET) {
    reading.fault('callbacks.secret', `has fewer than ${LEAST_SECRET} characters`, 'Take a longer one.')
  }
  if (kind === 'hmac-sha256') return readHmac(callbacks, held, file, reading)
  if (header !== undefined && query === undefined) return { kind: 'header', name: header.toLowerCase(), secret: held }
  if (query !== undefined && header === undefined) return { kind: 'query', name: query, secret: held }
  reading.fault('callbacks', 'needs either header or query, where the token comes', 'Set one of them.')
  return null
}

/** Nobody should find it by trying. */
const LEAST_SECRET = 12

function readHmac(callbacks: CallbacksFile, secret: string, file: HttpSmsFile, reading: Reading): CallbackProof | null {
  const { header, encoding = 'hex', prefix = '' } = callbacks
  for (const name of ['receipts', 'inbound'] as const) {
    if (file[name]?.format === 'query') {
      reading.fault(`${name}.format`, 'is query, and a signature is over the body', 'Use a token or addresses.')
    }
  }
  if (header !== undefined) return { kind: 'hmac-sha256', header: header.toLowerCase(), secret, encoding, prefix }
  reading.fault('callbacks.header', 'is missing, and hmac-sha256 needs it', 'Name the header of the signature.')
  return null
}

function readAddresses(addresses: readonly string[] | undefined, reading: Reading): CallbackProof | null {
  const blocks = (addresses ?? []).map((text, index) => {
    const block = readCidr(text)
    if (block === null) {
      reading.fault(`callbacks.addresses.${index}`, 'is no address and no block', 'Write it like 203.0.113.0/24.')
    }
    return block
  })
  if (blocks.length > 0) return { kind: 'addresses', blocks: blocks.filter((block) => block !== null) }
  reading.fault('callbacks.addresses', 'is missing', 'List the addresses that the provider calls from.')
  return null
}

export function readReceiptRules(file: HttpSmsFile['receipts'], reading: Reading): ReceiptRules | null {
  if (file === undefined) return null
  checkList('receipts', file, reading)
  return {
    format: file.format,
    list: file.list ?? null,
    id: file.id,
    attempt: file.attempt ?? null,
    status: file.status,
    code: file.code ?? null,
    contact: file.contact ?? null,
    at: file.at ?? null,
    statuses: new Map(
      Object.entries(file.statuses).map(([word, { status, reason }]) => [
        word.toLowerCase(),
        { status, reason: reason ?? null },
      ]),
    ),
    reasons: new Map(Object.entries(file.codes ?? {})),
  }
}

export function readInboundRules(file: HttpSmsFile['inbound'], reading: Reading): InboundRules | null {
  if (file === undefined) return null
  checkList('inbound', file, reading)
  const { reply } = file
  return {
    format: file.format,
    list: file.list ?? null,
    id: file.id ?? null,
    from: file.from,
    to: file.to,
    text: file.text,
    at: file.at ?? null,
    part: file.part ?? null,
    reply: reply === undefined ? null : { contentType: reply.content_type, text: reply.text },
  }
}

function checkList(path: string, { format, list }: { format: string; list?: string }, reading: Reading): void {
  if (list === undefined || format === 'json') return
  reading.fault(`${path}.list`, `means nothing where the format is ${format}`, 'Leave it out.')
}
