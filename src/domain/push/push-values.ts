import type { FaultDetail } from '../errors.ts'
import { readUrl } from '../url.ts'

/** Null when the value may stand, else what is wrong with it. What isn't a text has been refused by its type. */
export type ValueRule = (text: string) => Omit<FaultDetail, 'path'> | null

/** Four weeks. Source: FCM v1 discovery document, AndroidConfig.ttl. */
export const MAX_TTL_SECONDS = 2_419_200

/** Seconds and up to nine decimals. Source: protobuf's JSON mapping of google.protobuf.Duration. */
const DURATION = /^(\d{1,12})(?:\.\d{1,9})?s$/

/** Ten thousand years. Source: protobuf's google.protobuf.Duration. */
const LONGEST_DURATION_SECONDS = 315_576_000_000

/** Source: protobuf's JSON mapping of google.protobuf.Timestamp. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

const COLOR = /^#[0-9a-fA-F]{6}$/

/** Source: Firebase, "Understanding message delivery", analytics labels. */
const LABEL = /^[a-zA-Z0-9-_.~%]{1,50}$/

/** A duration of at most `max` seconds, written as `3.5s`. */
export function duration(max = LONGEST_DURATION_SECONDS): ValueRule {
  return (text) => {
    const seconds = Number(DURATION.exec(text)?.[1] ?? Number.NaN)
    if (seconds <= max) return null
    const range = `from 0s to ${max.toLocaleString('en')}s`
    if (Number.isNaN(seconds)) {
      const number = /^\d{1,7}$/.test(text) ? { suggestion: `${text}s` } : {}
      return { message: `It is a duration in seconds such as 3.5s, ${range}.`, ...number }
    }
    return { message: `It is a duration ${range}.` }
  }
}

/** RFC 3339, with its zone. */
export const timestamp: ValueRule = (text) =>
  TIMESTAMP.test(text) && !Number.isNaN(Date.parse(text))
    ? null
    : { message: 'It is a time with its zone, like 2030-01-31T18:00:00Z.' }

export const color: ValueRule = (text) => {
  if (COLOR.test(text)) return null
  const bare = COLOR.test(`#${text}`) ? { suggestion: `#${text}` } : {}
  return { message: 'It is a colour such as #1a73e8.', ...bare }
}

export const label: ValueRule = (text) => {
  if (LABEL.test(text)) return null
  const suggestion = text.replaceAll(/[^a-zA-Z0-9-_.~%]+/g, '_').slice(0, 50)
  return { message: 'It is 1 to 50 letters, digits and - _ . ~ %.', ...(suggestion === '' ? {} : { suggestion }) }
}

/** A whole address that begins with one of these, such as `https:`. */
export function address(...protocols: readonly string[]): ValueRule {
  const spelled = protocols.map((protocol) => `${protocol}//`).join(' or ')
  return (text) =>
    protocols.includes(readUrl(text)?.protocol ?? '')
      ? null
      : { message: `It is a whole address that begins with ${spelled}.` }
}

export function oneOfTexts(...texts: readonly string[]): ValueRule {
  return (text) => (texts.includes(text) ? null : { message: `It is one of ${texts.join(', ')}.` })
}

/** Digits alone. */
export function digits(what: string): ValueRule {
  return (text) => (/^\d{1,15}$/.test(text) ? null : { message: `It is ${what}, in digits.` })
}

export function pattern(shape: RegExp, what: string): ValueRule {
  return (text) => (shape.test(text) ? null : { message: `It is ${what}.` })
}
