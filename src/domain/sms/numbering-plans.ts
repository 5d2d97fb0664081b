import metadata from 'libphonenumber-js/max/metadata'

/** What one country accepts. Lengths are a bit set: bit n is set where n digits can be a number. */
interface Plan {
  readonly country: string
  readonly leadingDigits: RegExp | null
  readonly general: RegExp
  readonly kinds: readonly Kind[]
  readonly mobile: Kind | null
  /** In the order of a row. */
  readonly types: readonly (Kind | null)[]
}

interface Kind {
  readonly pattern: RegExp
  readonly lengths: number
}

interface CallingCode {
  /** What a caller inside the country dials first; a number that starts so is left to the library. */
  readonly prefix: RegExp | null
  readonly plans: readonly Plan[]
}

/** Where each fact stands in a country's row. Source: METADATA.md of libphonenumber-js, format 4. */
const AT = {
  callingCode: 0,
  pattern: 2,
  lengths: 3,
  prefix: 5,
  prefixForParsing: 7,
  leadingDigits: 10,
  types: 11,
} as const

/** Order of the types in a row. Source: `getType` in libphonenumber-js. */
const [FIXED_LINE, MOBILE, TOLL_FREE, PREMIUM_RATE, SHARED_COST] = [0, 1, 2, 3, 9]

const countries: Readonly<Record<string, readonly unknown[] | undefined>> = metadata.countries
const sharedBy: Readonly<Record<string, readonly string[] | undefined>> = metadata.country_calling_codes
const nonGeographic: Readonly<Record<string, readonly unknown[] | undefined>> = metadata.nonGeographic
// Both are bounded by what the metadata holds: about 215 codes and 245 countries.
const callingCodes = new Map<string, CallingCode>()
const plans = new Map<string, Plan>()

/**
 * The country (ISO 3166-1 alpha-2) of a number in plain E.164 that is certainly valid and already in its shortest form;
 * null says nothing but that libphonenumber has to look. It answers from the same metadata as the library, with each
 * pattern compiled once, which the library does anew on every call.
 */
export function countryOfValid(e164: string): string | null {
  return planOfValid(e164)?.plan.country ?? null
}

/**
 * What is charged for a number in plain E.164 that is certainly valid; null says nothing but that libphonenumber has to look. A range that is
 * for mobile or fixed lines, too, is `usual`, as the library has it.
 */
export function tariffOfValid(e164: string): 'usual' | 'premium rate' | 'shared cost' | null {
  const found = planOfValid(e164)
  if (found === null) return null
  const isOf = (type: number): boolean => {
    const kind = found.plan.types[type] ?? null
    return kind !== null && matches(kind, found.national)
  }
  if (isOf(FIXED_LINE) || isOf(MOBILE)) return 'usual'
  if (isOf(PREMIUM_RATE)) return 'premium rate'
  return !isOf(TOLL_FREE) && isOf(SHARED_COST) ? 'shared cost' : 'usual'
}

function planOfValid(e164: string): { readonly plan: Plan; readonly national: string } | null {
  for (let end = 2; end <= 4; end++) {
    const code = callingCode(e164.slice(1, end))
    if (code === null) continue
    const national = e164.slice(end)
    if (code.prefix?.test(national) === true) return null
    const plan = code.plans.find((each) => each.leadingDigits?.test(national) ?? isNumber(each, national))
    return plan !== undefined && isNumber(plan, national) ? { plan, national } : null
  }
  return null
}

/** Every country where these digits, as dialled inside it, are a mobile number, with that number in E.164. */
export function mobileSpellings(digits: string): readonly { readonly country: string; readonly contact: string }[] {
  return Object.keys(countries).flatMap((country) => {
    const row = countries[country] ?? []
    const national = withoutPrefix(digits, textAt(row, AT.prefix))
    if (national === null || !isMobile(planOf(country), national)) return []
    return [{ country, contact: `+${textAt(row, AT.callingCode) ?? ''}${national}` }]
  })
}

/** How many digits may follow the country code, ascending; for a country, or for a calling code of no single one. */
export function possibleLengths(countryOrCallingCode: string): readonly number[] {
  const main = sharedBy[countryOrCallingCode]?.[0] ?? countryOrCallingCode
  return listAt(countries[main] ?? nonGeographic[main] ?? [], AT.lengths).map(Number)
}

function callingCode(digits: string): CallingCode | null {
  const known = callingCodes.get(digits)
  if (known !== undefined) return known
  const shared = sharedBy[digits]
  const main = countries[shared?.[0] ?? '']
  if (shared === undefined || main === undefined) return null
  const prefix = textAt(main, AT.prefixForParsing) ?? textAt(main, AT.prefix)
  const code = { prefix: prefix === null ? null : new RegExp(`^(?:${prefix})`), plans: shared.map(planOf) }
  callingCodes.set(digits, code)
  return code
}

function planOf(country: string): Plan {
  const known = plans.get(country)
  if (known !== undefined) return known
  const row = countries[country] ?? []
  const leadingDigits = textAt(row, AT.leadingDigits)
  const kinds = listAt(row, AT.types).map((type) => toKind(type, listAt(row, AT.lengths)))
  const plan = {
    country,
    leadingDigits: leadingDigits === null ? null : new RegExp(`^(?:${leadingDigits})`),
    general: entirely(textAt(row, AT.pattern) ?? ''),
    kinds: kinds.filter((kind) => kind !== null),
    // A plan without mobile numbers of its own doesn't tell them from fixed lines.
    mobile: kinds[MOBILE] ?? kinds[FIXED_LINE] ?? null,
    types: kinds,
  }
  plans.set(country, plan)
  return plan
}

function toKind(type: unknown, planLengths: readonly unknown[]): Kind | null {
  if (!Array.isArray(type)) return null
  const pattern = textAt(type, 0)
  if (pattern === null) return null
  const own = listAt(type, 1)
  const lengths = (own.length > 0 ? own : planLengths).reduce<number>((bits, each) => bits | (1 << Number(each)), 0)
  return { pattern: entirely(pattern), lengths }
}

function isNumber(plan: Plan, national: string): boolean {
  return plan.general.test(national) && plan.kinds.some((kind) => matches(kind, national))
}

function isMobile(plan: Plan, national: string): boolean {
  if (plan.leadingDigits?.test(national) === false) return false
  return plan.mobile !== null && plan.general.test(national) && matches(plan.mobile, national)
}

function matches(kind: Kind, national: string): boolean {
  return (kind.lengths & (1 << national.length)) !== 0 && kind.pattern.test(national)
}

/** North America's prefix, 1, is seldom written; others are part of how a local number is known. */
function withoutPrefix(digits: string, prefix: string | null): string | null {
  if (prefix === null) return digits
  if (digits.startsWith(prefix)) return digits.slice(prefix.length)
  return prefix === '1' ? digits : null
}

function entirely(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`)
}

function textAt(row: readonly unknown[], index: number): string | null {
  const value = row[index]
  return typeof value === 'string' && value !== '' ? value : null
}

function listAt(row: readonly unknown[], index: number): readonly unknown[] {
  const value = row[index]
  return Array.isArray(value) ? value : []
}
