import { readContact } from '../past/history.ts'
import type { Msisdn } from '../../domain/contact.ts'
import type { Device, DeviceFilter, Platform } from '../../domain/push/device.ts'
import { TidingsError, withoutStop, type FaultDetail } from '../../domain/errors.ts'
import { checkFids, checkTokens } from '../../domain/push/push-content.ts'
import { canonicalLocale } from '../../domain/templates/template.ts'
import { isTimeZone } from '../../domain/zones.ts'

/** A device as it stands on the wire beside its address, its types already checked. */
export interface DeviceCall {
  readonly kind?: 'token' | 'fid'
  readonly fid?: string
  readonly client?: string
  readonly platform?: Platform
  readonly app?: string
  readonly locale?: string
  readonly time_zone?: string
  /** RFC 3339 */
  readonly last_seen_at?: string
}

/** A filter likewise. */
export interface FilterCall {
  readonly client?: string
  readonly clients?: readonly string[]
  readonly platforms?: readonly string[]
  readonly apps?: readonly string[]
  readonly locales?: readonly string[]
  readonly time_zones?: readonly string[]
  readonly seen_within_days?: number
}

export interface ReadingParts {
  readonly defaultCountry: string | null
  readonly now: Date
}

/** Clocks differ: what was seen a moment from now was seen now. */
const EARLY_MS = 300_000

/** What stands in place of an address whose person was erased. */
const ERASED = /^erased:/

/** Pure. Throws a TidingsError that names each fault. */
export function readDevice(token: string, call: DeviceCall, parts: ReadingParts): Device {
  const { kind = 'token', fid = null, platform = null, app = null } = call
  const faults: FaultDetail[] = [...addressFaults(kind, token), ...fidFaults(kind, fid)]
  const note = <Value>(path: string, value: Value | null, problem: string): Value | null => {
    if (value === null) faults.push({ path, message: problem })
    return value
  }
  const { client, locale: tag, time_zone: zone, last_seen_at: seen } = call
  const contact = client === undefined ? null : readPerson(client, 'client', parts, faults)
  const locale = tag === undefined ? null : note('locale', canonicalLocale(tag), NO_LOCALE)
  const timeZone = zone === undefined ? null : note('time_zone', isTimeZone(zone) ? zone : null, NO_ZONE)
  const seenAt = seen === undefined ? null : note('last_seen_at', readSeen(seen, parts.now), NOT_SEEN)
  if (faults.length > 0) throw refuse(faults)
  return { kind, token, fid, contact, platform, app, locale, timeZone, seenAt }
}

/** Pure. Throws a TidingsError that names each fault. */
export function readDeviceFilter(call: FilterCall, parts: ReadingParts): DeviceFilter {
  const faults: FaultDetail[] = []
  const { client, clients = [], platforms, apps, locales, time_zones: zones, seen_within_days: days } = call
  const people = [
    ...(client === undefined ? [] : [readPerson(client, 'to.client', parts, faults)]),
    ...clients.map((one, index) => readPerson(one, `to.clients[${index}]`, parts, faults)),
  ].filter((contact) => contact !== null)
  const tags = locales?.map((tag, index) => {
    const locale = canonicalLocale(tag)
    if (locale === null) faults.push({ path: `to.locales[${index}]`, message: NO_LOCALE })
    return locale ?? tag
  })
  zones?.forEach((zone, index) => {
    if (!isTimeZone(zone)) faults.push({ path: `to.time_zones[${index}]`, message: NO_ZONE })
  })
  if (faults.length > 0) throw refuse(faults)
  return {
    contacts: client === undefined && call.clients === undefined ? null : people,
    platforms: platforms === undefined ? null : platforms.filter(isPlatform),
    apps: apps ?? null,
    locales: tags ?? null,
    timeZones: zones ?? null,
    seenWithinDays: days ?? null,
  }
}

const NO_LOCALE = 'must be a language tag, as BCP 47 spells it: `en`, `pt-BR`'
const NO_ZONE = 'must be a time zone as IANA names it: `Africa/Cairo`'
const NOT_SEEN = 'must be a time since 1970 that exists, and has come'
const NO_FID_BESIDE = 'stands beside a token; this device’s address is an installation id itself'

/** The schema has looked at it. */
function isPlatform(name: string): name is Platform {
  return name === 'android' || name === 'ios' || name === 'web'
}

function addressFaults(kind: Device['kind'], token: string): readonly FaultDetail[] {
  if (ERASED.test(token)) return [{ path: 'token', message: 'stands for somebody who was erased' }]
  const [fault] = kind === 'token' ? checkTokens([token]) : checkFids([token])
  return fault === undefined ? [] : [{ path: 'token', message: withoutStop(fault.message) }]
}

function fidFaults(kind: Device['kind'], fid: string | null): readonly FaultDetail[] {
  if (fid === null) return []
  if (kind === 'fid') return [{ path: 'fid', message: NO_FID_BESIDE }]
  const [fault] = checkFids([fid])
  return fault === undefined ? [] : [{ path: 'fid', message: withoutStop(fault.message) }]
}

function readPerson(text: string, path: string, parts: ReadingParts, faults: FaultDetail[]): Msisdn | null {
  try {
    const contact = readContact(text, parts.defaultCountry)
    if (isNumber(contact)) return contact
    faults.push({ path, message: 'must be a number' })
  } catch (error) {
    if (!(error instanceof TidingsError)) throw error
    faults.push(...error.details.map((detail) => ({ ...detail, path })))
  }
  return null
}

function isNumber(contact: string): contact is Msisdn {
  return contact.startsWith('+')
}

/** Null: there is no such time, it is yet to come, or it lies before 1970, when there were no devices. */
function readSeen(text: string, now: Date): Date | null {
  const at = new Date(text)
  const aheadMs = at.getTime() - now.getTime()
  if (Number.isNaN(aheadMs) || aheadMs > EARLY_MS || at.getTime() < 0) return null
  return aheadMs > 0 ? now : at
}

function refuse(faults: readonly FaultDetail[]): TidingsError {
  const details = faults.map(({ path, message, ...more }) => ({ path, message: sentence(path, message), ...more }))
  return new TidingsError('invalid_request', details.map(({ message }) => message).join('; '), { details })
}

function sentence(path: string, message: string): string {
  return message.startsWith(`\`${path}\``) ? message : `\`${path}\`: ${message}`
}
