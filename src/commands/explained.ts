import type { Explained } from '../cli/command.ts'
import { ERROR_CODES } from '../domain/errors.ts'
import { REASON_SECTIONS } from '../domain/reason-pages.ts'
import { ERROR_PAGES } from '../http/error-pages.ts'
import { REASON_OF_CODE as OF_APNS } from '../providers/apns/outcomes.ts'
import { REASON_OF_CODE as OF_FCM } from '../providers/fcm/outcomes.ts'
import { REASON_OF_CODE as OF_TWILIO } from '../providers/twilio/codes.ts'

/** Every code that Tidings or a provider gives, from the tables that the service itself reads. */
export function explained(): readonly Explained[] {
  return [
    ...errors(),
    ...reasons(),
    ...provided('Twilio', OF_TWILIO, (code) => `https://www.twilio.com/docs/api/errors/${code}`),
    ...provided('FCM', OF_FCM, () => 'https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode'),
    ...provided('APNs', OF_APNS, () => 'docs/apns.md'),
  ]
}

function errors(): readonly Explained[] {
  return ERROR_CODES.map((code) => {
    const { status, what, why, fix, retry, charged } = ERROR_PAGES[code]
    const kind = `error code of an answer, HTTP ${status}`
    return { code, kind, what, why, fix, retry, charged, reason: null, more: `/errors/${code} of the service` }
  })
}

function reasons(): readonly Explained[] {
  return REASON_SECTIONS.flatMap(([heading, pages]) =>
    [...pages].map(([code, { what, helps }]) => ({
      ...NOTHING_MORE,
      code,
      kind: `reason, ${lowerFirst(heading)}`,
      what: withoutMarkdown(what),
      fix: withoutMarkdown(helps),
      reason: null,
      more: 'docs/reasons.md',
    })),
  )
}

/** A provider's code means what the reason means that it becomes. */
function provided(
  provider: string,
  codes: Readonly<Record<string, string>>,
  more: (code: string) => string,
): readonly Explained[] {
  const known = reasons()
  return Object.entries(codes).map(([code, reason]) => {
    const { what, fix } = known.find((one) => one.code === reason) ?? UNKNOWN
    return { ...NOTHING_MORE, code, kind: `code of ${provider}`, what, fix, reason, more: more(code) }
  })
}

const NOTHING_MORE = { why: null, retry: null, charged: null }
const UNKNOWN = { what: 'The provider gave no cause that we know.', fix: null }

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

/** Links and code marks say nothing on a terminal. */
function withoutMarkdown(text: string): string {
  return text.replaceAll(/\[([^[\]]*)\]\([^()]*\)/g, '$1').replaceAll('`', '')
}
