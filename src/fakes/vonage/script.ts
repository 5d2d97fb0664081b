import { TREATMENTS, type Treatment } from '../provider-server.ts'

/** How one message is treated. */
export interface Script extends Treatment {
  /** Refused with this `status` of the answer, in an HTTP answer of `http`: 200 unless said. */
  readonly refuse?: { readonly status: string; readonly http?: number }
  /** Of a long message this part alone is refused. */
  readonly refusePart?: { readonly number: number; readonly status: string }
  /** The receipts to come for each part, in order. */
  readonly life?: readonly Step[]
}

/** Source of the words: https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts. */
export interface Step {
  readonly status: 'accepted' | 'buffered' | 'delivered' | 'expired' | 'failed' | 'rejected' | 'unknown'
  readonly errCode?: string
}

const DELIVERED: readonly Step[] = [{ status: 'accepted' }, { status: 'delivered' }]

/** By the two digits after `+15007`; the four digits that follow are free. */
const BEHAVIOURS: Readonly<Record<string, Script>> = {
  '01': { refuse: { status: '1' } },
  '02': { refuse: { status: '1', http: 429 } },
  '03': { refuse: { status: '5', http: 503 } },
  ...TREATMENTS,
  '33': { life: [{ status: 'buffered' }] },
  '34': { life: [{ status: 'delivered' }, { status: 'accepted' }] },
  '36': { refusePart: { number: 2, status: '1' } },
}

/** With these behaviours only a contact's first message is treated so; its next one is taken. */
const ONCE = /^15007(01|02|03|10|11|12|13|14|15|36)/

/**
 * What becomes of a message that nobody wrote a script for: `15006CCCCC0` is refused with status CCCCC, `15006CCCCC2` ends as `failed`
 * with err-code CCCCC; `15007BB…` behaves as `BEHAVIOURS` says. `seen` counts the contact's earlier requests.
 */
export function scriptFor(to: string, seen: number): Script {
  const [, code, kind] = /^15006(\d{5})([02])$/.exec(to) ?? []
  if (code !== undefined) return byCode(String(Number(code)), kind)
  if (ONCE.test(to) && seen > 0) return {}
  return BEHAVIOURS[/^15007(\d\d)\d{4}$/.exec(to)?.[1] ?? ''] ?? {}
}

export function lifeOf(script: Script): readonly Step[] {
  return script.life ?? DELIVERED
}

function byCode(code: string, kind: string | undefined): Script {
  if (kind === '0') return { refuse: { status: code } }
  return { life: [{ status: 'accepted' }, { status: 'failed', errCode: code }] }
}
