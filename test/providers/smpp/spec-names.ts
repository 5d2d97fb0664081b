import type { Address, Bind, DataSm, ShortMessage } from '../../../src/providers/smpp/pdu.ts'

type Value = string | number | Buffer

/** A body that a PDU can have. */
export type Body =
  | ShortMessage
  | Omit<DataSm, 'command' | 'status' | 'sequence' | 'tlvs'>
  | Omit<Bind, 'command' | 'sequence'>
  | { readonly messageId: string }

/** The fields of a body by the names that the specification has for them. */
export function specFields(body: Body): Readonly<Record<string, Value>> {
  const pairs = Object.entries<Value | Address>({ ...body }).flatMap(([name, value]): (readonly [string, Value])[] =>
    isAddress(value) ? addressFields(name, value) : [[snakeCase(name), value]],
  )
  return Object.fromEntries(pairs)
}

const ADDRESSES: Readonly<Record<string, readonly [kind: string, number: string]>> = {
  source: ['source_addr', 'source_addr'],
  destination: ['dest_addr', 'destination_addr'],
}

function addressFields(name: string, { ton, npi, address }: Address): (readonly [string, Value])[] {
  const [kind, number] = ADDRESSES[name] ?? [name, name]
  return [
    [`${kind}_ton`, ton],
    [`${kind}_npi`, npi],
    [number, address],
  ]
}

function isAddress(value: Value | Address): value is Address {
  return typeof value === 'object' && !Buffer.isBuffer(value)
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
