import { TidingsError } from '../domain/errors.ts'
import type { PlayedLife } from '../domain/life.ts'
import type { Db } from '../store/db.ts'
import { refusing } from '../store/faults.ts'
import {
  deletePushes,
  deleteSms,
  deleteTargets,
  listEndedPushes,
  replayMessage,
  tellDeleted,
  type PlayedStart,
} from '../store/inbox.ts'
import { readTime, type InboxRecipient } from '../store/read-inbox-pages.ts'
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
  const attempt = channel === 'sms' ? await refusing(() => replayMessage(db, id, STARTS[life])) : null
  if (attempt !== null) return attempt
  if ((await refusing(() => readTime(db, channel, id))) === null) throw new TidingsError('not_found', 'Not Found')
  throw new TidingsError(
    'not_playable',
    channel === 'sms'
      ? 'The message is still on its way'
      : 'A push has no further life: push services say no more than that they took it',
  )
}

/** What is to be deleted. */
export interface Deletion {
  readonly to: InboxRecipient | null
  readonly tag: string | null
}

/** Deletes in steps, from the newest message there is now down; `signal` ends it after the step under way. Returns how many went. */
export async function deleteCaptured(db: Db, deletion: Deletion, signal: AbortSignal): Promise<number> {
  const deleted = (await deleteAllSms(db, deletion, signal)) + (await deleteAllPushes(db, deletion, signal))
  if (deleted > 0) await refusing(() => tellDeleted(db, deletion.tag, keyOf(deletion.to)))
  return deleted
}

async function deleteAllSms(db: Db, deletion: Deletion, signal: AbortSignal): Promise<number> {
  let deleted = 0
  for (let before = NEWEST.sms; before > 0 && !signal.aborted;) {
    const from = before
    const step = await refusing(() => deleteSms(db, deletion, from))
    deleted += step.count
    before = step.rest
  }
  return deleted
}

async function deleteAllPushes(db: Db, deletion: Deletion, signal: AbortSignal): Promise<number> {
  let deleted = 0
  for (let before = NEWEST.push; before > 0 && !signal.aborted;) {
    const from = before
    const ids = await refusing(() => listEndedPushes(db, deletion, from))
    let more = ids.length > 0
    while (more && !signal.aborted) more = await refusing(() => deleteTargets(db, ids))
    if (!more && ids.length > 0) deleted += await refusing(() => deletePushes(db, ids))
    before = ids.at(-1) ?? 0
  }
  return deleted
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
