import { TREATMENTS, type Treatment } from '../provider-server.ts'

/** How one message is treated. */
export interface Script extends Treatment {
  /** Answer with this error instead of taking the message. */
  readonly refuse?: { readonly status: number; readonly code: number | null; readonly retryAfter?: string }
  /** The statuses to come, in order. */
  readonly life?: readonly Step[]
}

export interface Step {
  readonly status: 'queued' | 'accepted' | 'sending' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'canceled'
  readonly errorCode?: number
}

const DELIVERED: readonly Step[] = [{ status: 'sent' }, { status: 'delivered' }]

/**
 * Twilio's own magic recipients for test credentials.
 * Source: https://www.twilio.com/docs/iam/test-credentials#test-sms-messages.
 */
const RECIPIENTS: Readonly<Record<string, number>> = {
  '+15005550001': 21211,
  '+15005550002': 21612,
  '+15005550003': 21408,
  '+15005550004': 21610,
  '+15005550009': 21614,
}

/** Twilio's own magic senders; same source. */
const SENDERS: Readonly<Record<string, number>> = {
  '+15005550001': 21212,
  '+15005550007': 21606,
  '+15005550008': 21611,
}

/** By the two digits after `+15007`; the four digits that follow are free. */
const BEHAVIOURS: Readonly<Record<string, Script>> = {
  '01': { refuse: { status: 429, code: 20429, retryAfter: '1' } },
  '02': { refuse: { status: 429, code: 20429 } },
  '03': { refuse: { status: 503, code: null } },
  ...TREATMENTS,
  '33': { life: [{ status: 'sent' }] },
  '34': { life: [{ status: 'delivered' }, { status: 'sent' }] },
  '35': { life: [{ status: 'canceled' }] },
}

/** With these behaviours only a contact's first message is treated so; its next one is taken. */
const ONCE = /^\+15007(01|02|03|10|11|12|13|14|15)/

/**
 * What becomes of a message that nobody wrote a script for. Beside Twilio's own magic numbers: `+15006CCCCC0` is refused with the code
 * CCCCC, `+15006CCCCC1` ends as `failed` with it, `+15006CCCCC2` as `undelivered`; `+15007BB…` behaves as `BEHAVIOURS` says.
 * `seen` counts the contact's earlier requests.
 */
export function scriptFor(to: string, from: string | null, seen: number): Script {
  const refusal = RECIPIENTS[to] ?? (from === null ? undefined : SENDERS[from])
  if (refusal !== undefined) return { refuse: { status: 400, code: refusal } }
  const [, code, kind] = /^\+15006(\d{5})([012])$/.exec(to) ?? []
  if (code !== undefined) return byCode(Number(code), kind ?? '0')
  if (ONCE.test(to) && seen > 0) return {}
  return BEHAVIOURS[/^\+15007(\d\d)\d{4}$/.exec(to)?.[1] ?? ''] ?? {}
}

export function lifeOf(script: Script): readonly Step[] {
  return script.life ?? DELIVERED
}

function byCode(code: number, kind: string): Script {
  if (kind === '0') return { refuse: { status: code === 20429 ? 429 : code === 20003 ? 401 : 400, code } }
  const status = kind === '1' ? 'failed' : 'undelivered'
  return { life: [{ status: 'sent' }, { status, errorCode: code }] }
}
