import type { Caller } from '../../domain/caller.ts'
import { parseContact, type Msisdn } from '../../domain/contact.ts'
import { TidingsError } from '../../domain/errors.ts'
import { countryProblem } from '../../domain/permissions.ts'
import type { SmsMeasure } from '../../domain/sms/sms-text.ts'
import { tlvProblem, type Tlvs } from '../../domain/sms/tlvs.ts'

/** Whom a call names, and where he is; throws TidingsError for what is no number, or none that this caller may text. */
export function readContact(
  text: string,
  defaultCountry: string | null,
  caller: Caller,
): { contact: Msisdn; country: string | null; warnings: string[] } {
  const reading = parseContact(text, defaultCountry)
  if (reading.kind === 'contact') {
    const problem = countryProblem(caller, reading.country)
    if (problem !== null) throw problem
    const { contact, country, warning } = reading
    return { contact, country, warnings: warning === null ? [] : [warning] }
  }
  const detail = { path: 'contact', message: reading.message }
  throw new TidingsError('invalid_contact', `contact: ${reading.message}`, {
    details: [reading.suggestion === null ? detail : { ...detail, suggestion: reading.suggestion }],
  })
}

/** Throws `too_many_segments`. */
export function checkSegments(measure: SmsMeasure, most: number): void {
  if (measure.segments <= most) return
  const { culprit } = measure
  const hint =
    culprit === null
      ? ''
      : `; the character ${JSON.stringify(culprit.character)} at ${culprit.index} makes it ${measure.encoding}`
  throw new TidingsError(
    'too_many_segments',
    `message: ${measure.segments} segments, at most ${most} are allowed${hint}`,
    {
      details: [{ path: 'message', message: `${measure.segments} segments, at most ${most} are allowed${hint}` }],
    },
  )
}

/** Throws `invalid_request`. */
export function checkTlvs(tlvs: Tlvs): void {
  const found = tlvProblem(tlvs)
  if (found === null) return
  const path = `tlvs[${JSON.stringify(found.tag.slice(0, 64))}]`
  const message = `\`${path}\` ${found.problem}`
  throw new TidingsError('invalid_request', message, { details: [{ path, message }] })
}
