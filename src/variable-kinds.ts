import { isIP } from 'node:net'
import { isCountry } from './domain/contact.ts'
import { onlyToProblem, redirectToProblem } from './domain/staging.ts'
import { isCidr } from './flows/cidrs.ts'
import { readUrl } from './domain/url.ts'

/** What a value must look like. Numbers are whole; `url` is http or https. */
export type Kind =
  | {
      readonly type:
        | 'text'
        | 'path'
        | 'host'
        | 'country'
        | 'json-or-path'
        | 'sender'
        | 'secret-key'
        | 'secret-keys'
        | 'cidrs'
        | 'proxies'
        | 'only-to'
        | 'redirect-to'
    }
  | { readonly type: 'url'; readonly schemes: readonly string[] }
  | { readonly type: 'number'; readonly min: number; readonly max: number }
  | { readonly type: 'choice'; readonly of: readonly string[] }
  | { readonly type: 'prefix'; readonly prefix: string }

/** What is wrong with a value, as the end of a sentence that begins with it; null: nothing. */
export function valueProblem(kind: Kind, value: string): string | null {
  switch (kind.type) {
    case 'text':
    case 'path':
    case 'json-or-path':
      return null
    case 'host':
      return isHost(value) ? null : 'is not an IP address or a host name, without scheme and port'
    case 'country':
      return isCountry(value.toUpperCase()) ? null : 'is not a country of ISO 3166-1'
    case 'url':
      return kind.schemes.some((scheme) => isUrl(value, scheme))
        ? null
        : `is not a URL that begins with ${schemeList(kind.schemes)}`
    case 'number':
      return isWhole(value, kind.min, kind.max) ? null : `is not a whole number from ${kind.min} to ${kind.max}`
    case 'choice':
      return kind.of.includes(value) ? null : `is none of ${kind.of.join(', ')}`
    case 'sender':
      return SENDER.test(value) ? null : `is no sender: not ${SENDERS}`
    case 'secret-key':
      return isSecretKey(value) ? null : 'is not 32 bytes in base64; `openssl rand -base64 32` makes some'
    case 'secret-keys':
      return value.split(',').every((one) => isSecretKey(one.trim()))
        ? null
        : 'is not a list of 32 bytes in base64 each, with commas between'
    case 'cidrs':
      return value.split(',').every((one) => isCidr(one.trim()))
        ? null
        : 'is not a list of addresses and blocks, with commas between'
    case 'proxies':
      return isProxies(value)
        ? null
        : 'is neither a number of proxies, 1 to 10, nor a list of their addresses and blocks'
    case 'only-to':
      return onlyToProblem(value)
    case 'redirect-to':
      return redirectToProblem(value)
    case 'prefix':
      return value.startsWith(kind.prefix) ? null : `does not begin with ${kind.prefix}`
  }
}

const SENDERS =
  'a number with + and its country code, nor a short code of 3 to 8 digits, nor a name of up to 11 characters'

/** Source: Twilio, "Alphanumeric Sender ID" and "Short codes"; E.164; and what has a channel's name before it, like `whatsapp:`. */
const SENDER = /^(?:\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[\w &.+-]{1,11}|[a-z]+:.+)$/

function isSecretKey(value: string): boolean {
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(value)
}

function isProxies(value: string): boolean {
  return isWhole(value, 1, 10) || value.split(',').every((one) => isCidr(one.trim()))
}

function isHost(value: string): boolean {
  return isIP(value) !== 0 || /^[A-Za-z0-9]([\w.-]*\w)?$/.test(value)
}

function schemeList(schemes: readonly string[]): string {
  return schemes.map((scheme) => `${scheme}//`).join(' or ')
}

function isWhole(value: string, min: number, max: number): boolean {
  return /^\d{1,12}$/.test(value) && Number(value) >= min && Number(value) <= max
}

function isUrl(value: string, scheme: string): boolean {
  return readUrl(value)?.protocol === scheme
}
