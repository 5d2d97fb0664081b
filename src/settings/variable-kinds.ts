import { isIP } from 'node:net'
import { isCountry } from '../domain/contact.ts'
import { parseQuietHours } from '../domain/quiet-hours.ts'
import { onlyToProblem, redirectToProblem } from '../domain/staging.ts'
import { isCidr } from '../flows/keys/cidrs.ts'
import { readUrl } from '../domain/url.ts'
import { isTimeZone } from '../domain/zones.ts'

/** What a value must look like. Numbers are whole; `url` is http or https. */
export type Kind =
  | {
      readonly type:
        | 'text'
        | 'path'
        | 'host'
        | 'amount'
        | 'country'
        | 'countries'
        | 'file'
        | 'json-or-path'
        | 'pem-or-path'
        | 'quiet-hours'
        | 'time-zone'
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
    case 'file':
    case 'json-or-path':
    case 'pem-or-path':
      return null
    case 'amount':
      return unless(isAmount(value), 'is no amount above 0, in digits and at most one dot')
    case 'quiet-hours':
      return unless(isQuietHours(value), 'is neither two different times like 21:00-08:00 nor off')
    case 'time-zone':
      return unless(isTimeZone(value), 'is no time zone like Europe/Berlin')
    case 'host':
      return isHost(value) ? null : 'is not an IP address or a host name, without scheme and port'
    case 'country':
      return isAnyCountry(value) ? null : 'is not a country of ISO 3166-1'
    case 'countries':
      return unless(isList(value, isAnyCountry), 'is not a list of countries of ISO 3166-1, with commas between')
    case 'url':
      return unless(isUrlOf(value, kind.schemes), `is not a URL that begins with ${schemeList(kind.schemes)}`)
    case 'number':
      return isWhole(value, kind.min, kind.max) ? null : `is not a whole number from ${kind.min} to ${kind.max}`
    case 'choice':
      return kind.of.includes(value) ? null : `is none of ${kind.of.join(', ')}`
    case 'sender':
      return SENDER.test(value) ? null : `is no sender: not ${SENDERS}`
    case 'secret-key':
      return isSecretKey(value) ? null : 'is not 32 bytes in base64; `openssl rand -base64 32` makes some'
    case 'secret-keys':
      return unless(isList(value, isSecretKey), 'is not a list of 32 bytes in base64 each, with commas between')
    case 'cidrs':
      return unless(isList(value, isCidr), 'is not a list of addresses and blocks, with commas between')
    case 'proxies':
      return unless(
        isProxies(value),
        'is neither a number of proxies, 1 to 10, nor a list of their addresses and blocks',
      )
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

function unless(isRight: boolean, complaint: string): string | null {
  return isRight ? null : complaint
}

function isAmount(value: string): boolean {
  return /^\d{1,9}(?:\.\d{1,6})?$/.test(value) && Number(value) > 0
}

function isQuietHours(value: string): boolean {
  return value === 'off' || parseQuietHours(value) !== null
}

function isList(value: string, isOne: (word: string) => boolean): boolean {
  return value.split(',').every((one) => isOne(one.trim()))
}

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

function isUrlOf(value: string, schemes: readonly string[]): boolean {
  const scheme = readUrl(value)?.protocol
  return scheme !== undefined && schemes.includes(scheme)
}

/** In whatever letters. */
function isAnyCountry(value: string): boolean {
  return isCountry(value.toUpperCase())
}
