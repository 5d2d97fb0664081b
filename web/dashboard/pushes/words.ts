import type { PushDryRunData } from '../../../src/contract/dry-run.ts'
import { counted } from '../inbox/format.ts'
import { lookOf, wordsOf, type Look } from '../inbox/words.ts'
import { watchMs } from '../messages/words.ts'
import type { Push, Turn } from './client.ts'

/** How a push stands as a whole. */
export function standingOf(push: Pick<Push, 'status' | 'reason' | 'paused_at'>): Look {
  if (push.paused_at !== null && WAITING.includes(push.status)) return { shape: 'clock', tone: 'wait', word: 'Paused' }
  if (push.reason === 'partial') return { shape: 'half', tone: 'mute', word: 'Ended differently' }
  return lookOf(push.status)
}

/** So many devices stand there. */
export interface Share {
  readonly status: string
  readonly count: number
  readonly look: Look
  /** Whether these have not left. */
  readonly isAhead: boolean
}

const WAITING: readonly string[] = ['sending', 'queued', 'scheduled']

/** From the best end to the worst, then what is under way: as a bar fills. */
const ORDER: readonly string[] = [
  'opened',
  'received',
  'delivered',
  'sent',
  'captured',
  'uncertain',
  'expired',
  'suppressed',
  'cancelled',
  'undelivered',
  'failed',
  'rejected',
  ...WAITING,
]

/** How its devices stand, those that something became of first; a status that is not known comes last. */
export function sharesOf({ counts }: Pick<Push, 'counts'>): readonly Share[] {
  const place = (status: string): number => (ORDER.includes(status) ? ORDER.indexOf(status) : ORDER.length)
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .toSorted(([one], [other]) => place(one) - place(other))
    .map(([status, count]) => ({ status, count, look: lookOf(status), isAhead: WAITING.includes(status) }))
}

/** `1,204 with the provider` */
export function wordsOfShare({ status, count, look: { word } }: Share): string {
  const words = SHORTER[status] ?? word.replace(/^./, (first) => first.toLowerCase())
  return `${count.toLocaleString('en')} ${words}`
}

/** Where a status is called otherwise after a number. */
const SHORTER: Readonly<Record<string, string>> = { captured: 'captured', scheduled: 'to go out later' }

/** Whom it is for. */
export type Audience = { readonly kind: 'topic' | 'condition' | 'devices'; readonly name: string }

export function audienceOf({ topic, condition, targets }: Pick<Push, 'topic' | 'condition' | 'targets'>): Audience {
  if (topic !== null) return { kind: 'topic', name: topic }
  if (condition !== null) return { kind: 'condition', name: condition }
  return { kind: 'devices', name: counted(targets, 'device') }
}

/** `fcm 1,200 · webpush 4`; one that takes all of them by its name alone. */
export function waysOf({ ways, provider, targets }: Pick<Push, 'ways' | 'provider' | 'targets'>): string {
  const [only] = ways
  if (only === undefined) return provider
  if (ways.length === 1 && only.targets === targets) return only.provider
  return ways.map((way) => `${way.provider} ${way.targets.toLocaleString('en')}`).join(' · ')
}

/** Whether its words are gone: their time was over. */
export function isForgotten({ title, body, content }: Pick<Push, 'title' | 'body' | 'content'>): boolean {
  return title === '' && body === '' && content['data_only'] !== true
}

/** What to call it in a line. */
export function titleOf(push: Pick<Push, 'title' | 'body' | 'content'>): string {
  if (isForgotten(push)) return 'Forgotten'
  return push.title === '' && push.body === '' ? 'Data alone' : push.title || push.body
}

/** Whether some of it has not been handed over, so that it can still be stopped. */
export function isWaiting({ counts }: Pick<Push, 'counts'>): boolean {
  return WAITING.some((status) => (counts[status] ?? 0) > 0)
}

const [RUNNING_MS, RESTING_MS] = [2_000, 10_000]

/** Until it is looked at again; null: nothing more is to be expected. */
export function paceMs(push: Push, now: Date): number | null {
  const { counts, paused_at: pausedAt, fallback } = push
  const isRunning = (counts['queued'] ?? 0) + (counts['sending'] ?? 0) > 0
  if (isRunning && pausedAt === null) return RUNNING_MS
  if (isWaiting(push) || fallback?.state === 'waiting') return RESTING_MS
  // Devices may report still.
  return (counts['sent'] ?? 0) + (counts['received'] ?? 0) > 0 ? watchMs(push, now) : null
}

/** What can be done to it now. An SMS that is to stand in for it can be called off when it has left itself. */
export function turnsOf(push: Push): readonly Turn[] {
  if (isWaiting(push)) return [push.paused_at === null ? 'pause' : 'resume', 'cancel']
  return push.fallback?.state === 'waiting' ? ['cancel'] : []
}

/** On how many devices it is, and was opened, as they report; null: none has reported. */
export function reportedOf({ counts }: Pick<Push, 'counts'>): string | null {
  const opened = counts['opened'] ?? 0
  const received = (counts['received'] ?? 0) + opened
  if (received === 0) return null
  return `By ${counted(received, 'device')}, opened on ${opened === 0 ? 'none' : opened.toLocaleString('en')}`
}

/** Why some of it waits. */
export function whyItWaits({ reason }: Push['waits'][number]): string {
  return reason === 'scheduled' ? 'its time has not come' : 'quiet hours where the device is'
}

const UNLESS: Readonly<Record<NonNullable<Push['fallback']>['unless'], string>> = {
  sent: 'the push service takes it',
  received: 'a device reports that it got it',
  opened: 'a device reports that it was opened',
}

/** Why an SMS went out. */
const CAUSES: Readonly<Record<string, string>> = {
  unconfirmed: 'nobody confirmed the push',
  all_failed: 'no device could be reached',
}

/** Where the SMS stands that comes in its place. */
export function standInOf({ state, unless, reason }: NonNullable<Push['fallback']>): string {
  const why = reason === null ? '' : `, as ${CAUSES[reason] ?? wordsOf(reason)}`
  switch (state) {
    case 'waiting':
      return `An SMS goes out unless ${UNLESS[unless]}`
    case 'confirmed':
      return 'No SMS: the push was confirmed'
    case 'went_out':
      return `An SMS went out${why}`
    case 'cancelled':
      return 'No SMS: it was called off'
    case 'refused':
      return `The SMS was refused: ${wordsOf(reason ?? 'unknown')}`
  }
}

/** What sending it once more comes to: `It would go to 3 devices by fcm; 1 more is dead, and left out.` */
export function reachOf(report: Pick<PushDryRunData, 'topic' | 'condition' | 'targets' | 'ways'>): string {
  const { topic, condition, targets, ways } = report
  const by = ways.map(({ provider }) => provider).join(', ')
  const way = by === '' ? '' : ` by ${by}`
  if (topic !== null) return `It would go to the topic ${topic}${way}.`
  if (condition !== null) return `It would go to ${condition}${way}.`
  const dead = targets.suppressed
  const rest = dead === 0 ? '.' : `; ${dead.toLocaleString('en')} more ${dead === 1 ? 'is' : 'are'} dead, and left out.`
  return `It would go to ${counted(targets.total - dead, 'device')}${way}${rest}`
}
