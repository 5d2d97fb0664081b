import { createGatherer } from '../../delivery/gather.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { Evidence, Tickets } from '../../domain/push/ticket.ts'
import type { Db } from '../../store/db.ts'
import { writeReports, type Report } from '../../store/push/evidence.ts'

/** What devices say of pushes themselves. */
export interface EvidenceFlow {
  /**
   * Resolves after COMMIT, or at once where it was told before. Throws TidingsError: `not_found` for a ticket that is none of ours, before
   * the database is asked, or whose notification was forgotten; `ticket_expired`.
   */
  report(ticket: string, evidence: Evidence): Promise<void>
  /** Resolves when nothing is being written any more. */
  close(): Promise<void>
}

export interface EvidenceParts {
  readonly db: Db
  /** Null: without a secret key nothing is signed, and nothing is genuine. */
  readonly tickets: Pick<Tickets, 'read'> | null
  /** The database's. */
  readonly clock: () => Date
  /** Something was written; whoever tells of it may look. */
  readonly onReported: () => void
}

/** Reports in one statement, and devices that may wait for the next. */
const MOST_REPORTS = 2_000
const MOST_WAITING = 20_000

/** Reports that are remembered, a few MB: one that comes again costs the database nothing. */
const MOST_REMEMBERED = 20_000

export function createEvidence({ db, tickets, clock, onReported }: EvidenceParts): EvidenceFlow {
  const told = new Set<string>()
  const gatherer = createGatherer<Report, boolean>({
    most: MOST_REPORTS,
    queue: MOST_WAITING,
    async commit(reports) {
      const known = await writeReports(db, reports)
      onReported()
      return reports.map(({ notificationId }) => known.has(notificationId))
    },
  })

  function remember(name: string): void {
    if (told.size >= MOST_REMEMBERED) told.delete(told.values().next().value ?? '')
    told.add(name)
  }

  return {
    async report(ticket, evidence) {
      const target = tickets?.read(ticket, clock()) ?? 'forged'
      if (target === 'forged') throw new TidingsError('not_found', 'Not Found')
      if (target === 'expired') throw new TidingsError('ticket_expired', 'This push is too old to be reported on')
      const name = `${target.notificationId} ${target.tokenId} ${evidence}`
      if (told.has(name)) return
      if (!(await gatherer.add({ ...target, evidence }))) throw new TidingsError('not_found', 'Not Found')
      remember(name)
    },
    close: () => gatherer.idle(),
  }
}
