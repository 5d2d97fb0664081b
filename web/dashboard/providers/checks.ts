import type { Check } from '../../../src/contract/health.ts'
import { messageOf } from '../answers.ts'

/** What the service found when it looked at itself. */
export type Looked =
  | { readonly kind: 'looking' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'seen'; readonly checks: readonly Check[] }

/** Long enough for a service that is busy, short enough for a person. */
const TIMEOUT_MS = 10_000

const AWAY = 'The service does not answer.'

/** The checks of `/readyz?verbose`, which `tidings doctor` shows, too. */
export async function lookAgain(fetch: typeof globalThis.fetch): Promise<Looked> {
  try {
    const response = await fetch('/readyz?verbose', { signal: AbortSignal.timeout(TIMEOUT_MS) })
    const answer: unknown = await response.json()
    return isChecks(answer)
      ? { kind: 'seen', checks: answer.checks }
      : { kind: 'failed', why: messageOf(answer) ?? AWAY }
  } catch {
    return { kind: 'failed', why: AWAY }
  }
}

/** What rules have found, if anything, those of providers, and all others; what must be mended stands first. */
export function sorted(checks: readonly Check[]): {
  readonly alarms: readonly Check[]
  readonly ours: readonly Check[]
  readonly others: readonly Check[]
} {
  const byState = checks.toSorted((one, other) => RANK[one.state] - RANK[other.state])
  return {
    alarms: byState.filter(isAlarm),
    ours: byState.filter(isOfProvider),
    others: byState.filter((check) => !isOfProvider(check) && !isAlarm(check)),
  }
}

/** `twilio` of `provider.twilio`; else the check's own word, with blanks. */
export function nameOf({ check }: Check): string {
  return check.replace(PROVIDER, '').replaceAll('_', ' ')
}

/** A sentence for all of them. */
export function summaryOf(checks: readonly Check[]): string {
  const [broken, doubtful] = (['fail', 'warn'] as const).map(
    (state) => checks.filter((one) => one.state === state).length,
  )
  if (broken === 0 && doubtful === 0) return 'Everything is in order.'
  const parts = [
    ...(broken === 0 ? [] : [broken === 1 ? 'One thing must be mended' : `${broken} things must be mended`]),
    ...(doubtful === 0 ? [] : [doubtful === 1 ? 'one needs a look' : `${doubtful} need a look`]),
  ]
  const sentence = parts.join(', ')
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
}

const RANK = { fail: 0, warn: 1, ok: 2 } as const

const PROVIDER = /^provider\./

function isOfProvider({ check }: Check): boolean {
  return PROVIDER.test(check)
}

function isAlarm({ check, state }: Check): boolean {
  return check === 'rules' && state !== 'ok'
}

function isChecks(answer: unknown): answer is { readonly checks: readonly Check[] } {
  return typeof answer === 'object' && answer !== null && 'checks' in answer && 'ready' in answer
}
