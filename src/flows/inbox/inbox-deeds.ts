import type { Caller } from '../../domain/caller.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { PlayedLife } from '../../domain/life.ts'
import { doneBy, writeAudit, type Act } from '../../store/keys/audit.ts'
import type { Db, DbClient } from '../../store/db.ts'
import { readDbFault, refusing } from '../../store/faults.ts'
import {
  deletePushes,
  deleteSms,
  deleteTargets,
  listEndedPushes,
  replayMessage,
  tellDeleted,
  type PlayedStart,
} from '../../store/inbox/inbox.ts'
import { readTime, type InboxRecipient } from '../../store/inbox/read-inbox-pages.ts'
import { readInboxSms, type InboxSms } from '../../store/inbox/read-inbox.ts'
import { isServerRefusal } from '../../store/transaction.ts'
import { NEWEST, type InboxChannel } from './inbox-pages.ts'

/** What the submission comes to with which each life begins; its receipts come from the sandbox. */
const STARTS: Record<PlayedLife, PlayedStart> = {
  delivered: { status: 'sent', reason: null, uncertain: false },
  late: { status: 'sent', reason: null, uncertain: false },
  phone_off: { status: 'sent', reason: null, uncertain: false },
  blocked: { status: 'sent', reason: null, uncertain: false },
  refused: { status: 'failed', reason: 'invalid_number', uncertain: false },
  uncertain: { status: 'uncertain', reason: 'timeout', uncertain: true },
}

/** Has a captured message begin a life. Returns the number of the attempt that plays it; throws TidingsError. */
export async function beginLife(db: Db, channel: InboxChannel, id: number, life: PlayedLife): Promise<number> {
  const attempt =
    channel === 'sms' ? await changing(db, MAY_PLAY, (client) => replayMessage(client, id, STARTS[life])) : null
  if (attempt !== null) return attempt
  if ((await refusing(() => readTime(db, channel, id))) === null) throw new TidingsError('not_found', 'Not Found')
  throw new TidingsError(
    'not_playable',
    channel === 'sms'
      ? 'The message is still on its way'
      : 'A push has no further life: push services say no more than that they took it',
  )
}

const MAY_PLAY = 'The database broke off; the life may have begun. Look at the message before it is played again.'

/** A message whose life has begun; null: it is gone. That it cannot be read does not undo that. Throws TidingsError. */
export async function readPlayed(db: Db, id: number): Promise<InboxSms | null> {
  const records = await refusing(() => readInboxSms(db, [id])).catch((error: unknown) => {
    throw error instanceof TidingsError ? unknownOutcome(MAY_PLAY, error) : error
  })
  return records[0] ?? null
}

/** What is to be deleted. */
export interface Deletion {
  readonly to: InboxRecipient | null
  readonly tag: string | null
  /** For the audit. */
  readonly by: Caller
}

/**
 * Deletes in steps, from the newest message there is now down; `signal` ends it after the step under way. Returns how many went. Those who
 * look on are told also where it broke off. Throws TidingsError.
 */
export async function deleteCaptured(db: Db, deletion: Deletion, signal: AbortSignal): Promise<number> {
  const gone = { count: 0 }
  const tell = async (): Promise<void> => {
    if (gone.count === 0) return
    await changing(db, MAY_BE_GONE, (client) => tellDeleted(client, deletion.tag, keyOf(deletion.to)))
    await changing(db, MAY_BE_GONE, (client) => writeAudit(client, toAct(deletion, gone.count)))
  }
  try {
    await deleteAllSms(db, deletion, signal, gone)
    await deleteAllPushes(db, deletion, signal, gone)
  } catch (error) {
    await tell().catch(() => undefined)
    // It was kept from going on, but not from what went before.
    throw gone.count > 0 && error instanceof TidingsError ? unknownOutcome(MAY_BE_GONE, error) : error
  }
  await tell()
  return gone.count
}

/** Neither a number nor a tag, which may be anything: who is erased is not to be found in the audit. */
function toAct({ to, tag, by }: Deletion, deleted: number): Act {
  const what = [...(to === null ? [] : [`to:${to.kind}`]), ...(tag === null ? [] : ['tag'])].join(' ') || 'everything'
  return { ...doneBy(by), act: 'inbox.deleted', what, details: { deleted } }
}

const MAY_BE_GONE = 'The database broke off; some messages may be deleted. Repeat the call.'

interface Gone {
  count: number
}

async function deleteAllSms(db: Db, deletion: Deletion, signal: AbortSignal, gone: Gone): Promise<void> {
  for (let before = NEWEST.sms; before > 0 && !signal.aborted;) {
    const from = before
    const step = await changing(db, MAY_BE_GONE, (client) => deleteSms(client, deletion, from))
    gone.count += step.count
    before = step.rest
  }
}

async function deleteAllPushes(db: Db, deletion: Deletion, signal: AbortSignal, gone: Gone): Promise<void> {
  for (let before = NEWEST.push; before > 0 && !signal.aborted;) {
    const from = before
    const ids = await refusing(() => listEndedPushes(db, deletion, from))
    if (ids.length > 0) gone.count += await deletePage(db, ids)
    before = ids.at(-1) ?? 0
  }
}

/** Heeds no signal: a push that lost a part of its targets would tell wrong of them. */
async function deletePage(db: Db, ids: readonly number[]): Promise<number> {
  for (let more = true; more;) more = await changing(db, MAY_BE_GONE, (client) => deleteTargets(client, ids))
  return changing(db, MAY_BE_GONE, (client) => deletePushes(client, ids))
}

/**
 * Runs a statement that changes something. Where no connection is to be had nothing was; where one breaks after the statement was sent, it
 * may have been done, and `unknown` says so to the caller. Throws TidingsError.
 */
async function changing<T>(db: Db, unknown: string, statement: (client: DbClient) => Promise<T>): Promise<T> {
  const client = await refusing(() => db.connect())
  let last: unknown = null
  const run = (): Promise<T> =>
    statement(client).catch((error: unknown) => {
      last = error
      throw error
    })
  let done = false
  try {
    const result = await refusing(run)
    done = true
    return result
  } catch (error) {
    throw readDbFault(last).kind === 'unknown' ? unknownOutcome(unknown, error) : error
  } finally {
    client.release(!done && !isServerRefusal(last))
  }
}

function unknownOutcome(message: string, cause: unknown): TidingsError {
  return new TidingsError('outcome_unknown', message, { retryAfterSeconds: 2, cause })
}

/** As a thread of the inbox is called. */
function keyOf(to: InboxRecipient | null): string | null {
  switch (to?.kind) {
    case undefined:
      return null
    case 'contact':
      return to.contact
    case 'token':
      return to.token
    case 'topic':
      return `topic:${to.topic}`
    case 'several':
      return 'several'
  }
}
