import { CliRefusal, EXIT, type ExitCode } from './command.ts'
import type { SendOptions } from '../client/tidings.ts'
import { readOneOf, readWhole } from './option-values.ts'

/** Of `send sms` and `send push`. */
export const COMMON = {
  tag: { type: 'string' },
  category: { type: 'string' },
  'send-at': { type: 'string' },
  local: { type: 'boolean' },
  ttl: { type: 'string' },
  template: { type: 'string' },
  locale: { type: 'string' },
  var: { type: 'string', multiple: true },
  wait: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  'idempotency-key': { type: 'string' },
} as const

/** As the options above are read. */
export interface CommonWords {
  readonly tag?: string
  readonly category?: string
  readonly 'send-at'?: string
  readonly local?: boolean
  readonly ttl?: string
  readonly template?: string
  readonly locale?: string
  readonly var?: readonly string[]
  readonly wait?: boolean
  readonly 'idempotency-key'?: string
}

const CATEGORIES = ['otp', 'transactional', 'marketing'] as const

/** The fields that SMS and pushes have in common. Throws a CliRefusal; what the service knows better is left to it. */
export function commonFields(words: CommonWords): {
  tag?: string
  category?: (typeof CATEGORIES)[number]
  send_at?: string
  local?: boolean
  ttl?: number
  template?: { name: string; locale?: string; variables?: Record<string, string | number> }
} {
  const { tag, category, 'send-at': sendAt, ttl, template } = words
  if (template === undefined && (words.var !== undefined || words.locale !== undefined)) {
    throw new CliRefusal('--var and --locale belong to a --template.')
  }
  return {
    ...(tag === undefined ? {} : { tag }),
    ...(category === undefined ? {} : { category: readOneOf(category, '--category', CATEGORIES) }),
    ...(sendAt === undefined ? {} : { send_at: sendAt }),
    ...(words.local === true ? { local: true } : {}),
    ...(ttl === undefined ? {} : { ttl: readWhole(ttl, '--ttl') }),
    ...(template === undefined ? {} : { template: toTemplate(template, words) }),
  }
}

/** Seconds that `--wait` waits for the provider. */
const WAIT_SECONDS = 30

export function sendOptions(words: CommonWords, signal: AbortSignal): SendOptions {
  const key = words['idempotency-key']
  return {
    signal,
    ...(words.wait === true ? { waitSeconds: WAIT_SECONDS } : {}),
    ...(key === undefined ? {} : { idempotencyKey: key }),
  }
}

/** `NAME=TEXT`, each name once. Throws a CliRefusal. */
export function toPairs(words: readonly string[], flag: string): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at < 1) throw new CliRefusal(`${flag} needs NAME=TEXT.`)
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}

/** Of what was waited for: it will never arrive. */
export function exitCodeOf(statuses: readonly string[]): ExitCode {
  const lost = ['undelivered', 'failed', 'rejected', 'expired', 'suppressed']
  return statuses.length > 0 && statuses.every((status) => lost.includes(status)) ? EXIT.problems : EXIT.fine
}

function toTemplate(
  name: string,
  { locale, var: given = [] }: CommonWords,
): { name: string; locale?: string; variables?: Record<string, string | number> } {
  const variables = given.map((word): [string, string | number] => {
    const [, key, number] = /^([^=:]+):=(-?\d+(?:\.\d+)?)$/.exec(word) ?? []
    if (key !== undefined && number !== undefined) return [key, Number(number)]
    return Object.entries(toPairs([word], '--var'))[0] ?? ['', '']
  })
  return {
    name,
    ...(locale === undefined ? {} : { locale }),
    ...(variables.length === 0 ? {} : { variables: Object.fromEntries(variables) }),
  }
}
