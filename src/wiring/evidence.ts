import type { Config } from '../settings/config.ts'
import type { Dbs } from './dbs.ts'
import type { TicketFor } from '../delivery/chunk.ts'
import { createTickets, DAYS_TO_REPORT, TICKET_LENGTH } from '../domain/push/ticket.ts'
import { createEvidence } from '../flows/push/evidence.ts'
import type { Reporting } from '../flows/push/push-reporting.ts'
import type { HttpParts } from '../http/parts.ts'

/** What devices say, and what lets them say it. */
export interface EvidenceSide {
  readonly http: Pick<HttpParts, 'evidence'>
  /** For accepting pushes. */
  readonly reporting: Reporting
  /** For sending them. */
  readonly ticketFor: TicketFor
  close(): Promise<void>
}

export interface EvidenceSideParts {
  readonly dbs: Pick<Dbs, 'work'>
  readonly secretKey: Buffer | null
  /** The database's. */
  readonly clock: () => Date
  readonly hint: () => void
}

const DAY_MS = 86_400_000

export function openEvidence(
  { publicUrl, pushEvidence, previousSecretKeys }: Pick<Config, 'publicUrl' | 'pushEvidence' | 'previousSecretKeys'>,
  { dbs, secretKey, clock, hint }: EvidenceSideParts,
): EvidenceSide {
  const tickets = secretKey === null ? null : createTickets(secretKey, previousSecretKeys)
  const evidence = createEvidence({ db: dbs.work, tickets, clock, onReported: hint })
  const before = `${publicUrl}/evidence/`
  const missing = publicUrl === null ? 'PUBLIC_URL' : tickets === null ? 'SECRET_KEY' : null
  return {
    http: { evidence },
    reporting: {
      usual: pushEvidence,
      ticket: missing === null ? { length: before.length + TICKET_LENGTH } : { missing },
    },
    ticketFor(target, remainingMs) {
      if (tickets === null || publicUrl === null) return null
      const until = new Date(clock().getTime() + Math.max(0, remainingMs) + DAYS_TO_REPORT * DAY_MS)
      return before + tickets.write(target, until)
    },
    close: () => evidence.close(),
  }
}
