import { parseContact, type Msisdn } from '../../domain/contact.ts'
import type { Address } from './pdu.ts'

/** Types of number and numbering plans. Source: SMPP v3.4 §5.2.5 and §5.2.6. */
const TON = { unknown: 0, international: 1, networkSpecific: 3, alphanumeric: 5 } as const
const NPI = { unknown: 0, isdn: 1 } as const

/** As the handset shows it: eleven characters of seven bits fit into its ten octets. Source: 3GPP TS 23.040 §9.1.2.5. */
const ALPHANUMERIC = /^[ -~]{1,11}$/

/** Numbers of a network of its own; nothing longer is dialled as one. */
const SHORT_CODE = /^[0-9]{1,8}$/

/** With or without `+`; more has no room in a PDU. */
const NUMBER = /^\+?[0-9]{1,20}$/

/** Shorter ones are short codes, whatever is said of their type. */
const DIALLED = /^[0-9]{7,15}$/

/** Digits alone which may be a number with its country code. */
const LONG_NUMBER = /^[1-9][0-9]{9,14}$/

/** Digits without the `+`, by E.164. */
export function destinationOf(contact: Msisdn): Address {
  return { ton: TON.international, npi: NPI.isdn, address: contact.slice(1) }
}

/**
 * A sender as a source address: `+` and digits is international, up to eight digits a short code, more of them a number of no known kind, all
 * else a name. `overrides` are what the SMSC wants instead; of names they change nothing. Null: neither a number nor a name of up to eleven
 * characters of ASCII.
 */
export function sourceOf(
  sender: string,
  overrides: { readonly ton?: number; readonly npi?: number } = {},
): Address | null {
  if (NUMBER.test(sender)) return { ...numberOf(sender), ...overrides }
  return ALPHANUMERIC.test(sender) ? { ton: TON.alphanumeric, npi: NPI.unknown, address: sender } : null
}

/** Who a message came from, or went to: in E.164 where it is a number with its country code, else as it came. */
export function contactOf({ ton, address }: Address): string {
  const digits = address.replace(/^(?:\+|00)/, '')
  if (!DIALLED.test(digits)) return address
  if (ton === TON.international || address.startsWith('+')) return `+${digits}`
  if (ton !== TON.unknown || !LONG_NUMBER.test(digits)) return address
  // Many SMSCs say nothing of its kind. A national number is hardly ever another country's, too.
  const reading = parseContact(`+${digits}`, null)
  return reading.kind === 'contact' && reading.warning === null ? reading.contact : address
}

function numberOf(sender: string): Address {
  if (sender.startsWith('+')) return { ton: TON.international, npi: NPI.isdn, address: sender.slice(1) }
  if (SHORT_CODE.test(sender)) return { ton: TON.networkSpecific, npi: NPI.unknown, address: sender }
  return { ton: TON.unknown, npi: NPI.isdn, address: sender }
}
