import { PARTIALLY_FAILED } from './sms/parts.ts'
import { SANDBOX } from './provider.ts'
import type { Status } from './status.ts'
import { REASON_SENTENCES } from './verdict-reasons.ts'

/** What a verdict is made from. */
export interface Judged {
  readonly status: Status
  readonly reason: string | null
  readonly provider: string
  /** When it was accepted, and when its status last changed. */
  readonly time: Date
  readonly updatedAt: Date
  readonly sendAt: Date | null
  readonly uncertainAttempts: number
  readonly attempts: readonly {
    readonly startedAt: Date | null
    readonly reason: string | null
    /** Where the provider took it part by part. */
    readonly parts?: readonly { readonly status: Status }[]
  }[]
  /** How many of such messages its provider tells the end of; absent: not known. */
  readonly expected?: ReceiptShare
}

/** Of so many messages a provider told the end of so many. */
export interface ReceiptShare {
  readonly messages: number
  readonly receipts: number
}

/**
 * Whether the person has the SMS, in one or two plain sentences: first the answer, then how it is known. It never says more than that. Times
 * are UTC.
 */
export function verdict(sms: Judged): string {
  if (sms.status === 'captured') return 'This is a test message. The sandbox kept it here; nothing was sent.'
  if (sms.provider !== SANDBOX) return judge(sms)
  // What nobody has begun to play is no part of a play: it waits, or was stopped, as every message is.
  const part = sms.attempts.length === 0 ? '' : 'In the play: '
  return `This is a test message; nothing left this machine. ${part}${judge(sms)}`
}

function judge(sms: Judged): string {
  const { status, updatedAt } = sms
  switch (status) {
    case 'captured':
      return 'The sandbox kept it.'
    case 'scheduled':
      return sms.sendAt === null ? 'Not yet. It goes out later.' : `Not yet. It goes out ${moment(sms.sendAt)}.`
    case 'queued':
      return waiting(sms)
    case 'sending':
      return sms.attempts.length > 1
        ? `Not yet. It is being sent at this moment, for the ${ordinal(sms.attempts.length)} time.`
        : 'Not yet. It is being sent at this moment.'
    case 'sent':
      return `Probably. ${named(sms.provider)} took it ${moment(updatedAt)}, ${after(sms)}; ${outlook(sms)}`
    case 'delivered':
      return `Yes. The carrier confirmed it on the phone ${moment(updatedAt)}, ${after(sms)}.`
    case 'received':
      return `Yes. The device itself reported it ${moment(updatedAt)}, ${after(sms)}.`
    case 'opened':
      return `Yes, and it was opened ${moment(updatedAt)}, ${after(sms)}.`
    case 'uncertain':
      if (sms.reason === 'adopted') return `Nobody can say. ${why(sms)}`
      return `It may have been sent. ${why(sms)} Nobody can say whether ${named(sms.provider)} has it.`
    case 'undelivered':
    case 'failed':
      return `${isPartly(sms) ? 'Not all of it.' : 'No.'} ${why(sms)}${tries(sms)}`
    case 'rejected':
    case 'suppressed':
      return `It was never sent. ${why(sms)}`
    case 'expired':
      return `It was never sent. ${sms.reason === null ? (REASON_SENTENCES['expired'] ?? '') : why(sms)}`
    case 'cancelled':
      return `${isPartly(sms) ? 'Not all of it.' : 'It was never sent.'} ${sms.reason === null ? `It was cancelled ${moment(updatedAt)}.` : why(sms)}`
  }
}

/** A provider took some of its parts, and has not reported them back. */
function isPartly({ attempts, reason }: Judged): boolean {
  const taken = attempts.some(({ parts = [] }) =>
    parts.some(({ status }) => status === 'sent' || status === 'delivered'),
  )
  return taken || reason === PARTIALLY_FAILED
}

/** What is to be expected of a message that its provider has. */
function outlook({ expected }: Judged): string {
  if (expected === undefined) return 'whether the phone has it was not reported yet.'
  const tenths = Math.round((expected.receipts / expected.messages) * 10)
  return `this route returns a receipt for ${tenths} of 10 messages, and none came for this one yet.`
}

function waiting(sms: Judged): string {
  if (sms.reason === 'paused') return `Not yet. ${why(sms)}`
  if (sms.attempts.length === 0) return 'Not yet. It waits to go out.'
  const last = sms.attempts.at(-1)
  const reason = last?.reason ?? sms.reason
  return `Not yet. It is tried again: ${reason === null ? 'the last attempt came to nothing.' : lower(sentence(reason))}`
}

function why({ reason }: Judged): string {
  return reason === null ? 'No reason was given.' : sentence(reason)
}

function sentence(reason: string): string {
  return REASON_SENTENCES[reason] ?? `The reason given is \`${reason}\`.`
}

function tries({ attempts, updatedAt }: Judged): string {
  const [first] = attempts
  if (attempts.length < 2 || first?.startedAt === undefined || first.startedAt === null) return ''
  return ` We tried ${attempts.length} times over ${span(updatedAt.getTime() - first.startedAt.getTime())}.`
}

function named(provider: string): string {
  return provider.charAt(0).toUpperCase() + provider.slice(1)
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

/** From the request on, or from the time it was to go out. */
function after({ time, sendAt, updatedAt }: Judged): string {
  const from = sendAt !== null && sendAt > time ? sendAt : time
  const words = sendAt !== null && sendAt > time ? 'after it was to go out' : 'after your request'
  return `${span(Math.max(0, updatedAt.getTime() - from.getTime()))} ${words}`
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })

function moment(at: Date): string {
  return `on ${DAY.format(at)} at ${at.toISOString().slice(11, 19)} UTC`
}

/** `3.1 s`, `4 minutes`, `2 hours`, `5 days` */
function span(ms: number): string {
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  if (ms < 120 * 60_000) return counted(Math.round(ms / 60_000), 'minute')
  if (ms < 48 * 3_600_000) return counted(Math.round(ms / 3_600_000), 'hour')
  return counted(Math.round(ms / 86_400_000), 'day')
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

function ordinal(count: number): string {
  const words = ['', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth']
  return words[count] ?? `${count}th`
}
