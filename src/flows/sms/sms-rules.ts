import type { Caller } from '../../domain/caller.ts'
import type { Category } from '../../domain/category.ts'
import type { Msisdn } from '../../domain/contact.ts'
import { countryOf } from '../../domain/country.ts'
import { TidingsError } from '../../domain/errors.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { costlyKind } from '../../domain/sms/premium.ts'
import { SANDBOX } from '../../domain/provider.ts'
import { opensAt, type QuietHours } from '../../domain/quiet-hours.ts'
import type { Price } from '../../domain/routing.ts'
import { readAskedTime, timeIn, type TimeCall } from '../../domain/send-at.ts'
import { measureText } from '../../domain/sms/sms-text.ts'
import { toMicros } from '../../domain/spend.ts'
import { plainText, type PlainText } from '../../domain/sms/typography.ts'
import { isTimeZone, zonesOf } from '../../domain/zones.ts'
import type { Rules } from '../rules/rules.ts'
import type { Bill } from '../rules/spending.ts'

/** Rules for what one call alone tells, and those that look beyond it. */
export interface SmsRules extends Pick<Rules, 'judge' | 'giveBack'> {
  /** Typographic characters give way to plain ones, unless the caller says otherwise. */
  readonly plain: boolean
  /** Numbers where a message costs far more may be texted. */
  readonly allowPremium: boolean
  /** By the recipient's clock; null: none. */
  readonly quietHours: QuietHours | null
}

/** Nothing is asked. */
export const NO_RULES: SmsRules = {
  plain: false,
  allowPremium: true,
  quietHours: null,
  judge: (all) => all,
  giveBack: () => undefined,
}

/** Throws `premium_number` for a number where a message costs far more than elsewhere. */
export function checkPremium(contact: Msisdn): void {
  const kind = costlyKind(contact)
  if (kind === null) return
  const message = `This number is of a range where messages cost far more (${kind})`
  throw new TidingsError('premium_number', `contact: ${message}; ALLOW_PREMIUM=on lets it through`, {
    details: [{ path: 'contact', message, suggestion: 'Set ALLOW_PREMIUM=on on the service, if you mean to text it' }],
  })
}

/** The text as it is to go out. */
export function wording(text: string, plain: boolean): PlainText {
  return plain ? plainText(text) : { text, measure: measureText(text), replaced: [] }
}

/** Throws `invalid_request` for what is no time zone. */
export function readTimeZone(name: string): string {
  if (isTimeZone(name)) return name
  const message = `\`time_zone\` is no time zone; write one like Europe/Berlin`
  throw new TidingsError('invalid_request', message, { details: [{ path: 'time_zone', message }] })
}

/** What decides whether a message waits for the morning. */
export interface QuietFacts {
  readonly provider: string
  readonly category: Category
  /** Who has it in the end. */
  readonly contact: Msisdn
  /** As the caller named it; absent or null: the number tells. */
  readonly timeZone?: string | null
}

/** Of those of whom nothing tells where they are. */
const NO_ZONE = 'UTC'

/** Where a recipient may be: one zone at least. `usual`: the zone of those of whom nothing tells. */
function clocksOf(
  { contact, timeZone = null }: Pick<QuietFacts, 'contact' | 'timeZone'>,
  usual = NO_ZONE,
): readonly string[] {
  const zones = zonesFor(contact, timeZone)
  return zones.length === 0 ? [usual] : zones
}

/** Empty: neither its caller nor the number tells. */
export function zonesFor(contact: Msisdn | null, timeZone: string | null): readonly string[] {
  if (timeZone !== null) return [timeZone]
  return contact === null ? [] : zonesOf(contact, countryOf(contact))
}

/**
 * When a message may leave that could leave at `at`, if that is later; null: it need not wait. Marketing alone waits, and nothing that is
 * captured; a number that tells no time zone does not hold it back either.
 */
export function opensFor(facts: QuietFacts, at: Date, hours: QuietHours | null): Date | null {
  const { provider, category, contact, timeZone = null } = facts
  if (hours === null || category !== 'marketing' || provider === SANDBOX) return null
  const opening = opensAt(at, zonesFor(contact, timeZone), hours)
  return opening > at ? opening : null
}

/**
 * When its caller asked for it to leave, null: now; and when the quiet hours of its recipient end, null: it need not wait for that. `usual`: the
 * zone of those of whom nothing tells. Throws TidingsError for a time that is past, or too far away.
 */
export function timesOf(
  call: TimeCall,
  facts: QuietFacts,
  usual: string | undefined,
  hours: QuietHours | null,
  now: Date,
): { readonly asked: Date | null; readonly opening: Date | null } {
  const time = readAskedTime(call, now)
  const asked = time && timeIn(time, clocksOf(facts, usual), now)
  return { asked, opening: opensFor(facts, asked !== null && asked > now ? asked : now, hours) }
}

/** Asked right before a message is submitted: why it is not to go out now; null: nothing keeps it. `clock`: the database's. */
export function createQuietHold(hours: QuietHours | null, clock: () => Date): (facts: QuietFacts) => Failure | null {
  return (facts) => {
    const now = clock()
    const until = opensFor(facts, now, hours)
    if (until === null) return null
    return failure('transient', 'quiet_hours', { counted: false, waitMs: until.getTime() - now.getTime() })
  }
}

const MINUTE_MS = 60_000

/**
 * The same for pushes, whose chunks know whose clocks they go by; null: nobody's. It is asked for each device of a chunk: within a minute the
 * answer is the same for all of them.
 */
export function createPushHold(
  hours: QuietHours | null,
  clock: () => Date,
): (facts: { readonly zones: readonly string[] | null }) => Failure | null {
  const known = new WeakMap<readonly string[], { readonly minute: number; readonly opensMs: number }>()
  return ({ zones }) => {
    if (hours === null || zones === null) return null
    const now = clock()
    const minute = Math.floor(now.getTime() / MINUTE_MS)
    let last = known.get(zones)
    if (last?.minute !== minute) {
      last = { minute, opensMs: opensAt(now, zones, hours).getTime() }
      known.set(zones, last)
    }
    const waitMs = last.opensMs - now.getTime()
    return waitMs > 0 ? failure('transient', 'quiet_hours', { counted: false, waitMs }) : null
  }
}

/** What a message is charged for, and to whom; null: it costs nothing that is known. */
export function billOf(price: Price | null, { name, keyId, spendLimit = null }: Caller): Bill | null {
  if (price === null) return null
  return { cost: toMicros(price.amount), who: name, keyId, limit: spendLimit === null ? null : toMicros(spendLimit) }
}
