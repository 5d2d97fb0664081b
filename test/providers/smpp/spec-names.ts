import type { Address, Pdu } from '../../../src/providers/smpp/pdu.ts'

type Value = string | number | Buffer

/** The fields of a body by the names that the specification has for them. */
export function specFields(pdu: Pdu): Readonly<Record<string, Value>> {
  const { command: _, status: __, sequence: ___, tlvs: ____, ...body } = pdu
  const pairs = Object.entries<Value | Address>(body).flatMap(([name, value]): (readonly [string, Value])[] =>
    isAddress(value) ? addressFields(name, value) : [[snakeCase(name), value]],
  )
  return Object.fromEntries(pairs)
}

const ADDRESSES: Readonly<Record<string, readonly [kind: string, number: string]>> = {
  source: ['source_addr', 'source_addr'],
  destination: ['dest_addr', 'destination_addr'],
  esme: ['esme_addr', 'esme_addr'],
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
