import type { PushedChunk, SettledSms } from '../delivery/ledger.ts'
import { TidingsError } from '../domain/errors.ts'
import { maskCodes, spacedContact } from '../domain/mask.ts'
import { STATUSES, type Status } from '../domain/status.ts'
import type { SmsFlow } from '../flows/sms/sms.ts'

/** What happened to one message, for the terminal: never more than a person at the machine may see. */
export interface LiveLine {
  /** The status it came to; `retry`: none yet, it is tried again; `refused`: it was not taken. */
  readonly kind: Status | 'retry' | 'refused'
  readonly channel: 'sms' | 'push'
  /** To read it by at `/smss/{id}` or `/notifications/{id}`; null: it has none. */
  readonly id: number | null
  readonly recipient: string
  /** The text with codes replaced by dots; empty where there is none. */
  readonly text: string
  readonly note: string
}

/** A submission that was settled. */
export function lineOfSms({ id, status, reason, settlement }: SettledSms): LiveLine {
  const { contact, text, segments } = settlement.work
  const again = settlement.next === 'send'
  const note = [reason, again ? `again in ${Math.round(settlement.waitMs / 1000)} s` : null].filter(
    (part) => part !== null,
  )
  return {
    kind: again ? 'retry' : status,
    channel: 'sms',
    id,
    recipient: spacedContact(contact),
    text: maskCodes(text),
    note: note.length === 0 ? `${segments} segment${segments === 1 ? '' : 's'}` : note.join(', '),
  }
}

/** A receipt that moved a message. */
export function lineOfMove(id: number, contact: string, text: string, status: Status, reason: string | null): LiveLine {
  return {
    kind: status,
    channel: 'sms',
    id,
    recipient: spacedContact(contact),
    text: maskCodes(text),
    note: reason ?? '',
  }
}

/** Between two lines about one push. */
const PUSH_LINE_MS = 1_000

/** Pushes whose counts are kept, for chunks to come; older ones start at nothing again. */
const REMEMBERED_PUSHES = 100

interface PushSoFar {
  readonly tally: Record<string, number>
  /** A line was shown a moment ago. */
  fresh: boolean
  /** Chunks that ended since then; null: none. */
  unseen: PushedChunk | null
}

/**
 * A push ends in chunks of a thousand targets: a line at the first one, and then at most one a second, with the counts of all that have
 * ended on this node by then. `after` calls once, later.
 */
export function createPushLines(
  show: (line: LiveLine) => void,
  after: (ms: number, run: () => void) => void,
): (chunk: PushedChunk) => void {
  const pushes = new Map<number, PushSoFar>()

  function tell(push: PushSoFar, chunk: PushedChunk): void {
    push.fresh = true
    push.unseen = null
    show(lineOfPush(chunk, push.tally))
    after(PUSH_LINE_MS, () => {
      push.fresh = false
      if (push.unseen !== null) tell(push, push.unseen)
    })
  }

  return (chunk) => {
    // All its targets are in another chunk, to be tried again.
    if (Object.keys(chunk.tally).length === 0) return
    const push = pushes.get(chunk.notificationId) ?? { tally: {}, fresh: false, unseen: null }
    for (const [status, count] of Object.entries(chunk.tally)) push.tally[status] = (push.tally[status] ?? 0) + count
    pushes.set(chunk.notificationId, push)
    const [oldest] = pushes.keys()
    if (pushes.size > REMEMBERED_PUSHES && oldest !== undefined) pushes.delete(oldest)
    if (push.fresh) push.unseen = chunk
    else tell(push, chunk)
  }
}

function lineOfPush({ notificationId, title, topic }: PushedChunk, tally: Readonly<Record<string, number>>): LiveLine {
  const entries = Object.entries(tally).toSorted(([, a], [, b]) => b - a)
  const total = entries.reduce((sum, [, count]) => sum + count, 0)
  return {
    kind: STATUSES.find((status) => status === entries[0]?.[0]) ?? 'failed',
    channel: 'push',
    id: notificationId,
    recipient: topic === null ? `${total.toLocaleString('en')} device${total === 1 ? '' : 's'}` : `topic ${topic}`,
    text: maskCodes(title),
    note:
      entries.length > 1 ? entries.map(([status, count]) => `${count.toLocaleString('en')} ${status}`).join(', ') : '',
  }
}

/** The same flow, with a line for each number that it refuses. */
export function showingRefusals(sms: SmsFlow, onLine: (line: LiveLine) => void): SmsFlow {
  return {
    ...sms,
    accept: (input, caller, idempotency) =>
      sms.accept(input, caller, idempotency).catch((error: unknown) => {
        const line = lineOfRefusal(input, error)
        if (line !== null) onLine(line)
        throw error
      }),
  }
}

/** A number that was refused; null for other refusals. */
function lineOfRefusal(input: { readonly contact: string }, error: unknown): LiveLine | null {
  if (!(error instanceof TidingsError) || error.code !== 'invalid_contact') return null
  const [detail] = error.details
  const note = [detail?.message, detail?.suggestion].filter((part) => part !== undefined).join(' ')
  return { kind: 'refused', channel: 'sms', id: null, recipient: input.contact.slice(0, 24), text: '', note }
}
