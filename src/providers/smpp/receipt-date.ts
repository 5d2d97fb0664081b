/**
 * A date in a receipt's text, read as UTC: `YYMMDDhhmm`, with seconds behind it, or with four digits of a year in front. Null for anything
 * else. Twelve digits that are no date with seconds are one with a long year.
 */
export function readReceiptDate(text: string): Date | null {
  if (!/^(?:\d{10}|\d{12}|\d{14})$/.test(text)) return null
  const pairs: number[] = []
  for (let at = 0; at < text.length; at += 2) pairs.push(Number(text.slice(at, at + 2)))
  if (pairs.length === 7) return pairs[0] === 20 ? dateOf(pairs.slice(1)) : null
  return dateOf(pairs) ?? (pairs.length === 6 && pairs[0] === 20 ? dateOf(pairs.slice(1)) : null)
}

/** Year of this century, month, day, hour, minute and, if they are there, seconds. Null where they are no date. */
function dateOf(pairs: readonly number[]): Date | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = pairs
  const date = new Date(Date.UTC(2000 + year, month - 1, day, hour, minute, second))
  // A day that the month has not is one of another month.
  const same = date.getUTCMonth() === month - 1 && date.getUTCHours() === hour && minute < 60 && second < 60
  return same ? date : null
}
