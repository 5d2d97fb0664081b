/** Where numbers of one or two digits are a country's, or a group of countries', own (ITU-T E.164 list of country codes); elsewhere it is three. */
const CODES_OF_ONE = /^[17]/
const CODES_OF_TWO = /^(?:2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/

/** How the digits after the country code are read out. */
const GROUPS: Readonly<Record<number, readonly number[]>> = {
  7: [3, 4],
  8: [4, 4],
  9: [3, 3, 3],
  10: [3, 3, 4],
  11: [3, 4, 4],
}

/** `+201009129288` with spaces for the eye; anything else as it is. */
export function spaced(number: string): string {
  if (!/^\+\d{8,15}$/.test(number)) return number
  const digits = number.slice(1)
  const size = CODES_OF_ONE.test(digits) ? 1 : CODES_OF_TWO.test(digits) ? 2 : 3
  const rest = digits.slice(size)
  const parts: string[] = []
  let from = 0
  for (const length of GROUPS[rest.length] ?? [rest.length]) {
    parts.push(rest.slice(from, from + length))
    from += length
  }
  return `+${digits.slice(0, size)} ${parts.join(' ')}`
}

/** A token's beginning and end, which tell it from others. */
export function shortToken(token: string): string {
  return token.length <= 24 ? token : `${token.slice(0, 10)}…${token.slice(-6)}`
}

/** 1 and `1 segment`, 2 and `2 segments`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

/** What would be gone. `count`: as the service counts, up to `MOST_COUNTED`; null: not known. */
export function deletionOf(count: number | null, isAll: boolean): string {
  if (count === null) return isAll ? 'Delete all messages?' : 'Delete these messages?'
  if (!isAll && count >= MOST_COUNTED) return `Delete ${MOST_COUNTED.toLocaleString('en')} messages or more?`
  return `Delete ${isAll && count > 1 ? 'all ' : ''}${counted(count, 'message')}?`
}

/** The service counts a recipient's messages no further. */
export const MOST_COUNTED = 1_000

/** How long something took: `340 ms`, `3.1 s`, `4 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  return ms < 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`
}

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const MINUTE = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/** `14:02:11` */
export function timeOf(at: string): string {
  return TIME.format(new Date(at))
}

/** `14:02` */
export function minuteOf(at: string): string {
  return MINUTE.format(new Date(at))
}

/** `22 Nov` */
export function dayOf(at: string): string {
  return DAY.format(new Date(at))
}

/** The time alone today, the day otherwise. */
export function whenOf(at: string, now: Date): string {
  return DAY.format(now) === dayOf(at) ? timeOf(at) : dayOf(at)
}

/** `Cairo (UTC+2)`, for the browser's own zone. */
export function zoneName(now: Date): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  const offset = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' }).formatToParts(now)
  const hours =
    offset
      .find(({ type }) => type === 'timeZoneName')
      ?.value.replace('GMT', 'UTC')
      .replace(/\+0$/, '') ?? 'UTC'
  const place = timeZone.split('/').at(-1)?.replaceAll('_', ' ') ?? timeZone
  return place === hours ? place : `${place} (${hours})`
}
