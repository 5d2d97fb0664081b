import type { OnUncertain } from '../../src/domain/category.ts'

/** One call of the service, made with one Idempotency-Key until it is acknowledged. */
export interface Call {
  readonly key: string
  readonly channel: 'sms' | 'push'
  readonly path: string
  readonly body: string
  /** The text of the SMS, or the tokens. */
  readonly names: readonly string[]
  readonly onUncertain: OnUncertain
  /** Since the load began, in milliseconds. */
  readonly atMs: number
}

export interface PlanOptions {
  readonly seed: string
  readonly sms: number
  readonly tokens: number
  /** The load is spread over about this long. */
  readonly overMs: number
  /** What all of them ask for in case of doubt; drawn for each unless said. */
  readonly onUncertain?: OnUncertain
  /** Contacts whose provider takes 50 ms for an answer, so that many are in flight. */
  readonly slow?: boolean
  /** 0 <= n < 1 */
  readonly chance: () => number
}

/** What an SMS says about itself, and what that lets the service do with an uncertain attempt. Codes and marketing: nothing by default. */
const KINDS: readonly { readonly fields: object; readonly onUncertain: OnUncertain }[] = [
  { fields: {}, onUncertain: 'reconcile' },
  { fields: { category: 'transactional' }, onUncertain: 'reconcile' },
  { fields: { on_uncertain: 'retry' }, onUncertain: 'retry' },
  { fields: { category: 'marketing', on_uncertain: 'retry' }, onUncertain: 'retry' },
  { fields: { category: 'otp' }, onUncertain: 'fail' },
  { fields: { category: 'marketing' }, onUncertain: 'fail' },
]

/** Numbers set aside for fiction: 555-0100 to 555-0199 of each area. */
const AREAS = [202, 212, 303, 312, 404, 415, 512, 617, 702, 713]

/** The look-alike's own. */
const SLOW = '+1500721'

const MOST_AT_ONCE = 64

/** SMS in bursts, each with a text of its own to one of a thousand contacts, and, if there are `tokens`, one push in the first half. */
export function makePlan(options: PlanOptions): Call[] {
  const { sms, overMs, chance } = options
  const meanMs = overMs / (sms / ((MOST_AT_ONCE + 1) / 2))
  const calls: Call[] = []
  for (let atMs = 0; calls.length < sms; atMs += meanMs * 2 * chance()) {
    const burst = Math.min(1 + Math.floor(chance() * MOST_AT_ONCE), sms - calls.length)
    for (let i = 0; i < burst; i += 1) calls.push(smsCall(options, calls.length, atMs))
  }
  if (options.tokens === 0) return calls
  const pushAt = overMs * (0.1 + 0.4 * chance())
  return [...calls, pushCall(options, pushAt)].toSorted((a, b) => a.atMs - b.atMs)
}

function smsCall({ seed, slow, onUncertain, chance }: PlanOptions, number: number, atMs: number): Call {
  const kinds = KINDS.filter((one) => onUncertain === undefined || one.onUncertain === onUncertain)
  const kind = kinds[Math.floor(chance() * kinds.length)] ?? { fields: {}, onUncertain: 'reconcile' }
  const line = Math.floor(chance() * AREAS.length * 100)
  const quick = `+1${AREAS[Math.floor(line / 100)]}55501${String(line % 100).padStart(2, '0')}`
  const contact = slow === true ? `${SLOW}${String(line).padStart(4, '0')}` : quick
  const text = `kill ${seed}: message ${number}`
  return {
    key: `kill-${seed}-sms-${number}`,
    channel: 'sms',
    path: '/smss',
    body: JSON.stringify({ contact, subject: 'Kill test', message: text, ...kind.fields }),
    names: [text],
    onUncertain: kind.onUncertain,
    atMs,
  }
}

function pushCall({ seed, tokens }: PlanOptions, atMs: number): Call {
  const names = Array.from({ length: tokens }, (_, number) => `kill-${seed}-token-${number}`)
  return makePush(`kill-${seed}-push`, names, atMs)
}

/** One push to these tokens. */
export function makePush(title: string, names: readonly string[], atMs: number): Call {
  return {
    key: title.replaceAll(' ', '-'),
    channel: 'push',
    path: '/notifications/tokens',
    body: JSON.stringify({ tokens: names, title: 'Kill test', body: title }),
    names,
    onUncertain: 'retry',
    atMs,
  }
}
