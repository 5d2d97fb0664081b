import { TREATMENTS, type Treatment } from '../provider-server.ts'

/** How one message is treated. */
export interface Script extends Treatment {
  /** Refused with this code; its HTTP status follows from it. */
  readonly refuse?: { readonly code: string; readonly retryAfter?: string }
  /** The receipts to come, in order. */
  readonly life?: readonly Step[]
}

export interface Step {
  readonly state: 'SENT' | 'DELIVERED' | 'FAILED' | 'EXPIRED'
  readonly error?: string
}

const DELIVERED: readonly Step[] = [{ state: 'SENT' }, { state: 'DELIVERED' }]

/** By the two digits after `15007`; the four digits that follow are free. */
const BEHAVIOURS: Readonly<Record<string, Script>> = {
  '01': { refuse: { code: 'E301', retryAfter: '1' } },
  '02': { refuse: { code: 'E301' } },
  ...TREATMENTS,
  '33': { life: [{ state: 'SENT' }] },
  '34': { life: [{ state: 'DELIVERED' }, { state: 'SENT' }] },
}

/** With these behaviours only a contact's first message is treated so; its next one is taken. */
const ONCE = /^15007(01|02|10|11|12|13|14|15)/

/**
 * What becomes of a message that nobody wrote a script for: `1500600CCC0` is refused with code ECCC, `1500600CCC2` ends as FAILED with
 * error CCC; `15007BB…` behaves as `BEHAVIOURS` says. `seen` counts the recipient's earlier requests.
 */
export function scriptFor(to: string, seen: number): Script {
  const [, code = '', kind] = /^1500600(\d{3})([02])$/.exec(to) ?? []
  if (kind === '0') return { refuse: { code: `E${code}` } }
  if (kind === '2') return { life: [{ state: 'SENT' }, { state: 'FAILED', error: code }] }
  if (ONCE.test(to) && seen > 0) return {}
  return BEHAVIOURS[/^15007(\d\d)\d{4}$/.exec(to)?.[1] ?? ''] ?? {}
}

export function lifeOf(script: Script): readonly Step[] {
  return script.life ?? DELIVERED
}
