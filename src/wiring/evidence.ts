import type { Config } from '../settings/config.ts'
import type { Dbs } from './dbs.ts'
import { createTickets, DAYS_TO_REPORT, type TicketTarget } from '../domain/ticket.ts'
import { createEvidence } from '../flows/evidence.ts'
import type { HttpParts } from '../http/parts.ts'

/** Where a device reports what became of a push; valid for some days longer than the push. */
export type TicketUrl = (target: TicketTarget, expiresAt: Date) => string

/** What devices say, and what lets them say it. */
export interface EvidenceSide {
  readonly http: Pick<HttpParts, 'evidence'>
  /** Null: it can't be had, since nobody outside reaches this service, or nothing is signed. */
  readonly ticketUrl: TicketUrl | null
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
  { publicUrl, previousSecretKeys }: Pick<Config, 'publicUrl' | 'previousSecretKeys'>,
  { dbs, secretKey, clock, hint }: EvidenceSideParts,
): EvidenceSide {
  const tickets = secretKey === null ? null : createTickets(secretKey, previousSecretKeys)
  const evidence = createEvidence({ db: dbs.work, tickets, clock, onReported: hint })
  return {
    http: { evidence },
    ticketUrl:
      tickets === null || publicUrl === null
        ? null
        : (target, expiresAt) => {
            const until = new Date(expiresAt.getTime() + DAYS_TO_REPORT * DAY_MS)
            return `${publicUrl}/evidence/${tickets.write(target, until)}`
          },
    close: () => evidence.close(),
  }
}
