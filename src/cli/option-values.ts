import { CliRefusal } from './command.ts'

/** A whole number, as far as the service takes it. Throws a CliRefusal. */
export function readWhole(text: string, flag: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new CliRefusal(`${flag} must be a whole number.`)
  return Number(text)
}

/** `least` to `most`. Throws a CliRefusal. */
export function readCount(text: string, flag: string, most: number, least = 1): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : -1
  if (count < least || count > most) throw new CliRefusal(`${flag} must be ${least} to ${most.toLocaleString('en')}.`)
  return count
}

/** One of these words. Throws a CliRefusal that names them all. */
export function readOneOf<const Word extends string>(text: string, flag: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === text)
  if (word === undefined) throw new CliRefusal(`${flag} is one of ${words.join(', ')}.`)
  return word
}

/** Lines of a list: unless `--limit` says otherwise, and at most. */
export const LINES = { usual: 20, most: 10_000 }

/** `--limit`. Throws a CliRefusal. */
export function readLimit(text: string | undefined): number {
  return text === undefined ? LINES.usual : readCount(text, '--limit', LINES.most)
}

/** The most that the service gives at a time. */
const LONGEST_PAGE = 200

/** Of a list that shows `limit` lines: one more tells whether there are any. */
export function pageOf(limit: number): { readonly limit: number } {
  return { limit: Math.min(limit + 1, LONGEST_PAGE) }
}
