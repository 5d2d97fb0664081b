import type { Formatters } from 'intl-messageformat'

/** Formats kept: each is some 10 kB outside the heap, and takes up to a millisecond to make. */
const MOST_KEPT = 500

/** Of a date whose style is not named, as in ICU itself. */
const USUAL_DATE = { dateStyle: 'medium' } as const

/**
 * Numbers and dates by locale, kept for the next message. Dates are written as they stand (their time zone has been dealt with).
 * `plain`: the no-break spaces and the minus sign that some locales put into numbers and times become the ones of the GSM alphabet;
 * otherwise "3:30 PM" alone would double the price of an SMS.
 */
export function createFormats(plain: boolean): Formatters {
  const numbers = createKeeper<Intl.NumberFormat>()
  const dates = createKeeper<Intl.DateTimeFormat>()
  const plurals = createKeeper<Intl.PluralRules>()
  return {
    getNumberFormat: (locales, options) =>
      numbers([locales, options], () => {
        const made = new Intl.NumberFormat(locales, options)
        return plain ? withFormat(made, plainly(made.format)) : made
      }),
    getDateTimeFormat: (locales, options) =>
      dates([locales, options], () => {
        const made = new Intl.DateTimeFormat(locales, { ...(options ?? USUAL_DATE), timeZone: 'UTC' })
        return plain ? withFormat(made, plainly(made.format)) : made
      }),
    getPluralRules: (locales, options) => plurals([locales, options], () => new Intl.PluralRules(locales, options)),
  }
}

function createKeeper<Format>(): (key: unknown, make: () => Format) => Format {
  const kept = new Map<string, Format>()
  return (key, make) => {
    const name = JSON.stringify(key)
    const known = kept.get(name)
    if (known !== undefined) return known
    const oldest = kept.size < MOST_KEPT ? undefined : kept.keys().next().value
    if (oldest !== undefined) kept.delete(oldest)
    const made = make()
    kept.set(name, made)
    return made
  }
}

/** The getter of the class is hidden by an own property. */
function withFormat<Made extends object>(made: Made, format: unknown): Made {
  return Object.defineProperty(made, 'format', { value: format })
}

function plainly<Value>(format: (value: Value) => string): (value: Value) => string {
  return (value) =>
    format(value)
      .replaceAll(/[\u00a0\u2009\u202f]/g, ' ')
      .replaceAll('\u2212', '-')
}
