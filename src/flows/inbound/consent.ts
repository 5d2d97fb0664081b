import type { Caller } from '../../domain/caller.ts'
import { DEFAULT_SENDER_GROUP, isSenderGroup, type ConsentGroup } from '../../domain/consent.ts'
import type { Msisdn } from '../../domain/contact.ts'
import { TidingsError } from '../../domain/errors.ts'
import { maskContact } from '../../domain/mask.ts'
import { doneBy, writeAudit } from '../../store/keys/audit.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import { addOptOuts, readRecipient, removeOptOuts } from '../../store/inbound/opt-outs.ts'
import { readOptOuts, type OptOutRecord } from '../../store/inbound/read-opt-outs.ts'
import { inTransaction } from '../../store/transaction.ts'
import { NEWEST_ID, readContact } from '../past/history.ts'

/** As it stands on the wire; null: not given. */
export interface OptOutQuery {
  readonly contact: string | null
  readonly senderGroup: string | null
}

/** Who wants nothing more, of which sender group. All throw TidingsError. */
export interface Consent {
  /** At most `limit` of them whose id is below `before`, newest first. */
  list(query: OptOutQuery, limit: number, before: number): Promise<readonly OptOutRecord[]>
  /** Resolves after COMMIT; one that is there already is not changed. Without a group: of the one that all senders are in. */
  add(contact: string, senderGroup: string | null, caller: Caller): Promise<OptOutRecord>
  /** Resolves after COMMIT with how many there were. Without a group: of all of them. */
  remove(contact: string, senderGroup: string | null, caller: Caller): Promise<number>
}

/** A provider refused, or reported back, a message since its recipient had opted out there: then he has here, too. Resolves after COMMIT. */
export type NoteRefusal = (messageId: number, provider: string) => Promise<void>

export interface ConsentParts {
  readonly db: Db
  readonly readDb: Db
  readonly defaultCountry: string | null
}

export function createConsent({ db, readDb, defaultCountry }: ConsentParts): Consent {
  const read = (text: string): Msisdn => {
    const contact = readContact(text, defaultCountry)
    // Who was erased has no number by which anybody could ask.
    if (!isNumber(contact)) throw new TidingsError('not_found', 'Not Found')
    return contact
  }
  return {
    async list({ contact, senderGroup }, limit, before) {
      checkGroup(senderGroup)
      const filter = { contact: contact === null ? null : read(contact), senderGroup }
      return refusing(() => readOptOuts(readDb, filter, limit, before))
    },
    async add(text, senderGroup, caller) {
      checkGroup(senderGroup)
      const contact = read(text)
      const group = senderGroup ?? DEFAULT_SENDER_GROUP
      const who = { contact, group, keyword: null, by: caller.name, inboundId: null }
      return refusing(() =>
        inTransaction(db, async (client) => {
          const added = await addOptOuts(client, 'api', [who])
          if (added > 0)
            await writeAudit(client, { ...doneBy(caller), act: 'opt_out.added', ...whatOf(contact, group) })
          const [record] = await readOptOuts(client, { contact, senderGroup: group }, 1, NEWEST_ID)
          if (record === undefined) throw new Error('an opt-out was not stored')
          return record
        }),
      )
    },
    async remove(text, senderGroup, caller) {
      checkGroup(senderGroup)
      const contact = read(text)
      const who = { contact, group: senderGroup, keyword: null, by: caller.name, inboundId: null }
      const removed = await refusing(() =>
        inTransaction(db, async (client) => {
          const count = await removeOptOuts(client, 'api', who)
          const act = { ...doneBy(caller), act: 'opt_out.removed', ...whatOf(contact, senderGroup) }
          if (count > 0) await writeAudit(client, act)
          return count
        }),
      )
      if (removed === 0) throw new TidingsError('not_found', 'Not Found')
      return removed
    },
  }
}

export function createNoteRefusal(db: Db, groupOf: ConsentGroup): NoteRefusal {
  return (messageId, provider) =>
    refusing(async () => {
      const recipient = await readRecipient(db, messageId)
      if (recipient === null) return
      const { contact, sender } = recipient
      if (!isNumber(contact)) return
      // A code's group is that of its sender's other messages.
      const group = groupOf({ contact, sender, provider, category: 'transactional' }) ?? DEFAULT_SENDER_GROUP
      await addOptOuts(db, 'provider', [{ contact, group, keyword: null, by: provider, inboundId: null }])
    })
}

function isNumber(contact: string): contact is Msisdn {
  return contact.startsWith('+')
}

function checkGroup(group: string | null): void {
  if (group === null || isSenderGroup(group)) return
  const message =
    '`sender_group` takes up to 64 letters, digits, `_`, `.` and `-`, and begins with one of the first two'
  throw new TidingsError('invalid_request', message, { details: [{ path: 'sender_group', message }] })
}

/** For the audit, which holds no whole number. */
function whatOf(contact: Msisdn, group: string | null): { what: string; details: Readonly<Record<string, unknown>> } {
  return { what: maskContact(contact), details: { sender_group: group ?? '*' } }
}
