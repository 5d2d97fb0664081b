import type { ProviderCallback } from '../domain/provider.ts'
import type { InboundTaken } from '../flows/inbound/inbound-sms.ts'
import type { InboundRecord } from '../store/inbound/read-inbound.ts'

/** Which texts, as they were asked for; null: any. */
export interface InboundQuery {
  /** In any spelling. */
  readonly contact: string | null
  readonly since: Date | null
  /** True: only those that a person should look at. */
  readonly review: boolean
}

/** What people send to us. */
export interface InboundSide {
  /** Verifies, reads and stores a provider's callback; resolves after COMMIT. */
  accept(provider: string, callback: ProviderCallback): Promise<InboundTaken>
  /** At most `limit` texts whose id is below `before`, newest first. */
  list(query: InboundQuery, limit: number, before: number): Promise<readonly InboundRecord[]>
}
