import type { Item, Status } from './item.ts'

/** Which colours a status has. */
export type Tone = 'held' | 'wait' | 'ok' | 'info' | 'fail' | 'mute'

export type Shape = 'frame' | 'clock' | 'quarter' | 'half' | 'check' | 'target' | 'dashed' | 'square' | 'dash'

/** Shape, word and colour of a status: always shown together. */
export interface Look {
  readonly shape: Shape
  readonly tone: Tone
  readonly word: string
}

const LOOKS: Readonly<Record<Status, Look>> = {
  captured: { shape: 'frame', tone: 'held', word: 'Captured, not sent' },
  scheduled: { shape: 'clock', tone: 'mute', word: 'Goes out later' },
  queued: { shape: 'quarter', tone: 'wait', word: 'Waiting to go out' },
  sending: { shape: 'quarter', tone: 'wait', word: 'Being sent' },
  sent: { shape: 'half', tone: 'wait', word: 'With the provider' },
  delivered: { shape: 'check', tone: 'ok', word: 'Delivered' },
  received: { shape: 'target', tone: 'info', word: 'On the device' },
  opened: { shape: 'target', tone: 'info', word: 'Opened' },
  uncertain: { shape: 'dashed', tone: 'wait', word: 'May have been sent' },
  undelivered: { shape: 'square', tone: 'fail', word: 'Not delivered' },
  failed: { shape: 'square', tone: 'fail', word: 'Not delivered' },
  rejected: { shape: 'square', tone: 'fail', word: 'Refused before sending' },
  expired: { shape: 'dash', tone: 'mute', word: 'Too late, not sent' },
  suppressed: { shape: 'dash', tone: 'mute', word: 'Left out, not sent' },
  cancelled: { shape: 'dash', tone: 'mute', word: 'Cancelled' },
}

export function lookOf(status: string): Look {
  return isStatus(status) ? LOOKS[status] : { shape: 'dash', tone: 'mute', word: status }
}

/** What became of a message; of a push whose devices fared differently, how many fared how. */
export function outcomeOf(item: Item): Look {
  return isMixed(item) ? { shape: 'half', tone: 'mute', word: tallyOf(item) } : lookOf(item.status)
}

export function isMixed({ counts }: Item): boolean {
  return Object.keys(counts ?? {}).length > 1
}

/** `invalid_number` as words. */
export function wordsOf(reason: string): string {
  return REASONS[reason] ?? reason.replaceAll('_', ' ')
}

/** Reasons that need more than their own words. */
const REASONS: Readonly<Record<string, string>> = {
  unreachable: 'the phone was off or out of coverage',
  blocked: 'the carrier blocked it',
  invalid_number: 'nobody has this number',
  unregistered: 'the app is gone from the device',
  timeout: 'the link broke while asking',
  exhausted: 'every attempt was used up',
  throttled: 'the provider asked for a pause',
  landline: 'the number is a landline',
  carrier_filtered: 'the carrier took it for spam',
  opted_out: 'the person wants no more messages',
  recipient_cap: 'the person had been sent as many as the caps allow',
  pumping: 'codes to numbers like this one are held back',
  flagged_number: 'the number is flagged: nothing reaches it',
  only_to: 'it is not in ONLY_TO',
  no_provider: 'nothing is set that reaches this kind of device',
  invalid_token: 'the token is none that its push service knows',
  sender_mismatch: 'the device belongs to another project',
  stale: 'the device had not been seen for long',
  deleted: 'the device was taken away',
}

/** One plain sentence about what became of a message, and one about how that is known. */
export interface Verdict {
  readonly answer: string
  readonly because: string
}

const KEPT = 'Capture mode kept it here. It never left this machine.'

/** Never more than is known. `took`: from the request to the end, as words. */
export function verdictOf(item: Item, took: string): Verdict {
  if (item.status === 'captured' && !isMixed(item)) {
    return { answer: 'This is a test message.', because: KEPT }
  }
  const because = item.status === 'captured' ? KEPT : 'Played here: nothing left this machine.'
  if (item.channel === 'push' && item.targets > 1)
    return { answer: `Of ${item.targets.toLocaleString('en')} devices: ${tallyOf(item)}.`, because }
  return { answer: answerTo(item, took), because }
}

function answerTo({ channel, status, reason }: Item, took: string): string {
  const why = reason === null ? '' : ` ${sentence(wordsOf(reason))}`
  switch (status) {
    case 'captured':
      return 'This is a test message.'
    case 'scheduled':
      return 'Not yet. It goes out later.'
    case 'queued':
      return `Not yet. It waits for its turn.${why}`
    case 'sending':
      return 'Not yet. The provider was called, and has not answered.'
    case 'sent':
      return channel === 'sms'
        ? 'Probably. The provider has it; no receipt has come.'
        : 'Probably. The push service has it, and says no more than that.'
    case 'delivered':
      return `Yes. The carrier confirmed it on the phone ${took} after the request.`
    case 'received':
      return 'Yes. The device itself reported it.'
    case 'opened':
      return 'Yes. Somebody opened it.'
    case 'uncertain':
      return 'Maybe. The link broke while the provider was asked.'
    case 'undelivered':
    case 'failed':
      return why === '' ? 'No. It could not be delivered.' : `No.${why}`
    case 'rejected':
      return why === '' ? 'No. It was refused before it was sent.' : `No. It was refused before it was sent.${why}`
    case 'expired':
      return 'No. Its time was over before it could be sent.'
    case 'suppressed':
      return `It was never sent.${why}`
    case 'cancelled':
      return 'It was never sent. Somebody called it back.'
  }
}

/** `2 captured, 1 not delivered` */
export function tallyOf({ counts }: Item): string {
  const word = (status: string): string =>
    status === 'captured' ? status : lookOf(status).word.replace(/^./, (first) => first.toLowerCase())
  return Object.entries(counts ?? {})
    .toSorted(([, one], [, other]) => other - one)
    .map(([status, count]) => `${count.toLocaleString('en')} ${word(status)}`)
    .join(' · ')
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}

function isStatus(word: string): word is Status {
  return Object.hasOwn(LOOKS, word)
}
