import type { SmsMeasure } from '../../domain/sms/sms-text.ts'
import type { Price } from '../../domain/routing.ts'
import type { PreparedSms } from './sms.ts'
import type { Wait } from '../sending/wait.ts'

/** Where it would go, and when. */
export interface Journey {
  readonly route: { readonly provider: string; readonly reason: string }
  readonly sendAt: Date
  readonly expiresAt: Date
  readonly waits: readonly Wait[]
}

/** What would become of an SMS. */
export interface SmsReport extends Journey {
  readonly message: PreparedSms['message']
  readonly measure: SmsMeasure
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null
  /** As the numbering plan has it: `mobile`. */
  readonly numberType: string | null
  readonly replaced: PreparedSms['replaced']
  /** Null: not known, or it would be captured. */
  readonly price: Price | null
  readonly warnings: readonly string[]
}
