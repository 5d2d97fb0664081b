import { TidingsError } from '../../domain/errors.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import { markConverted } from '../../store/rules/rules.ts'
import type { CodeTraffic } from '../rules/code-traffic.ts'

/** What callers tell of codes that were typed in again. */
export interface Conversions {
  /** Resolves with when it was first told; a second time changes nothing. Throws TidingsError: `not_found`. */
  mark(messageId: number): Promise<Date>
}

export function createConversions(db: Db, traffic: Pick<CodeTraffic, 'converted'>): Conversions {
  return {
    async mark(messageId) {
      const marked = await refusing(() => markConverted(db, messageId))
      if (marked === null) throw new TidingsError('not_found', 'Not Found')
      if (marked.isNew && marked.category === 'otp' && marked.contact !== null) traffic.converted(marked.contact)
      return marked.at
    },
  }
}
