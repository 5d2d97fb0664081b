import { TidingsError } from '../../domain/errors.ts'
import type { Msisdn } from '../../domain/contact.ts'
import type { PushPart, PushVariant } from '../../domain/push/push-part.ts'
import { channelOf } from '../../domain/push/push-ways.ts'
import { opensAt, type QuietHours } from '../../domain/quiet-hours.ts'
import { checkedTime, isPast, type AskedTime } from '../../domain/send-at.ts'
import { latestOf } from '../../domain/local-time.ts'
import { zonesFor } from '../sms/sms-rules.ts'
import type { PushWords, Wordings } from '../templates/template-words.ts'

/** What is known of a device beside its address; null: nobody said. */
export interface PlannedDevice {
  readonly locale: string | null
  readonly timeZone: string | null
  /** The person's. */
  readonly contact: Msisdn | null
}

/** One push that has several wordings, or leaves at several times: which devices have what. */
export interface PushPlan {
  /** The group that a device belongs to: its place in `groups` of what `end` returns. Throws TidingsError: its words or its time can't be. */
  place(device: PlannedDevice, address: string): number
  /** Throws TidingsError where the time is past for every device. */
  end(): PlannedPush
}

export interface PlannedPush {
  readonly groups: readonly PushPart[]
  /** By how many devices each group has. */
  readonly sizes: readonly number[]
  /** Empty: all have the same words. */
  readonly variants: readonly PushVariant[]
  /** The words of all, where they are not those the push was prepared with. */
  readonly words: PushWords | null
  /** The earliest time that any of it may leave; null: now. */
  readonly sendAt: Date | null
  /** The latest one; null: now. */
  readonly lastSendAt: Date | null
  /** When the first quiet hours end, where all of it waits for that; null: it does not. */
  readonly quietUntil: Date | null
  /** Sentences. */
  readonly warnings: readonly string[]
}

export interface PushPlanParts {
  /** Null: all have the same words. */
  readonly wordings: Wordings | null
  readonly time: AskedTime | null
  /** Null: it does not wait for them. */
  readonly quietHours: QuietHours | null
  /** Of devices of which nothing tells where they are (IANA). */
  readonly usualZone: string
  /** The database's clock. */
  readonly now: Date
  /** Throws TidingsError for words that can't be sent to this address, nor to any of its service. */
  readonly check: (words: PushWords, locale: string, address: string) => void
}

interface Group {
  readonly locale: string | null
  readonly leavesAt: Date | null
  readonly zones: readonly string[] | null
  readonly isQuiet: boolean
  size: number
}

/** Null: what was asked for is the same for every device. */
export function createPushPlan(parts: PushPlanParts): PushPlan | null {
  const { wordings, time, quietHours, check } = parts
  if (wordings === null && time?.kind !== 'local' && quietHours === null) return null
  const groups = new Map<string, { readonly place: number; readonly group: Group }>()
  const times = new Map<string, Leaving>()
  const said = new Set<string>()
  let late = 0

  function language(locale: string | null, address: string): string | null {
    if (wordings === null) return null
    const picked = wordings.pick(locale)
    const key = `${channelOf(address)} ${picked}`
    if (!said.has(key)) check(wordings.words(picked), picked, address)
    said.add(key)
    return picked
  }

  function leavingIn(zones: readonly string[]): Leaving {
    const key = zones.join()
    const leaving = times.get(key) ?? leavingOf(parts, zones)
    times.set(key, leaving)
    return leaving
  }

  function enter(key: string, made: Omit<Group, 'size'>): number {
    const known = groups.get(key) ?? { place: groups.size, group: { ...made, size: 0 } }
    known.group.size += 1
    groups.set(key, known)
    return known.place
  }

  return {
    place({ locale, timeZone, contact }, address) {
      const zones = time?.kind === 'local' || quietHours !== null ? zonesFor(contact, timeZone) : []
      const { leavesAt, isQuiet, isLate } = leavingIn(zones)
      if (isLate) late += 1
      const clocks = quietHours === null || zones.length === 0 ? null : zones
      const group = { locale: language(locale, address), leavesAt, isQuiet, zones: clocks }
      return enter(`${group.locale} ${leavesAt?.getTime()} ${clocks?.join()}`, group)
    },
    end() {
      const all = [...groups.values()].map(({ group }) => group)
      const total = all.reduce((sum, { size }) => sum + size, 0)
      if (total > 0 && late === total) throw allLate()
      return { ...planned(parts, all), warnings: late === 0 ? [] : [lateWarning(late)] }
    },
  }
}

interface Leaving {
  readonly leavesAt: Date | null
  readonly isQuiet: boolean
  /** The time that was asked for is past there. */
  readonly isLate: boolean
}

/** For devices of these zones; empty: nothing tells where they are, and quiet hours don't hold them back. */
function leavingOf({ time, quietHours, usualZone, now }: PushPlanParts, zones: readonly string[]): Leaving {
  const asked = askedIn(time, zones.length === 0 ? [usualZone] : zones)
  const isLate = time?.kind === 'local' && asked !== null && isPast(asked, now)
  const leaves = asked === null || asked < now ? now : checkedTime(asked, now)
  const opening = quietHours === null ? leaves : opensAt(leaves, zones, quietHours)
  return { leavesAt: opening > now ? opening : null, isQuiet: opening > leaves, isLate }
}

function askedIn(time: AskedTime | null, zones: readonly string[]): Date | null {
  if (time === null) return null
  return time.kind === 'local' ? latestOf(time.time, zones) : time.at
}

function planned({ wordings }: PushPlanParts, groups: readonly Group[]): Omit<PlannedPush, 'warnings'> {
  const locales = [...new Set(groups.flatMap(({ locale }) => locale ?? []))]
  const sizeOf = (locale: string): number =>
    groups.reduce((sum, group) => sum + (group.locale === locale ? group.size : 0), 0)
  const [only] = locales
  const leaves = groups.map(({ leavesAt }) => leavesAt)
  const later = leaves.filter((at) => at !== null).toSorted((one, other) => one.getTime() - other.getTime())
  const sendAt = later.length < leaves.length ? null : (later[0] ?? null)
  return {
    groups: groups.map(({ locale, leavesAt, zones, isQuiet }) => ({
      variant: locale === null || locales.length < 2 ? null : locales.indexOf(locale),
      leavesAt,
      zones,
      isQuiet,
    })),
    sizes: groups.map(({ size }) => size),
    variants:
      wordings === null || locales.length < 2 ? [] : locales.map((one) => toVariant(wordings, one, sizeOf(one))),
    words: wordings === null || only === undefined || locales.length > 1 ? null : wordings.words(only),
    sendAt,
    quietUntil: groups.every(({ isQuiet }) => isQuiet) ? sendAt : null,
    lastSendAt: later.at(-1) ?? null,
  }
}

function toVariant(wordings: Wordings, locale: string, targets: number): PushVariant {
  const { origin, ...words } = wordings.words(locale)
  return { locale, template: origin, ...words, targets }
}

function lateWarning(late: number): string {
  const whom = late === 1 ? 'one of its devices' : `${late.toLocaleString('en')} of its devices`
  return `For ${whom} this time is past: what is for them does not wait for it.`
}

function allLate(): TidingsError {
  const message = '`send_at` lies in the past for every device; leave it out to send now'
  return new TidingsError('invalid_request', message, { details: [{ path: 'send_at', message }] })
}
