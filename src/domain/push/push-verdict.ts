import type { FallbackState } from './fallback.ts'
import { SANDBOX } from '../provider.ts'
import type { Status } from '../status.ts'
import type { StatusCounts } from '../tally.ts'

/** What a sentence on a push is made from. */
export interface JudgedPush {
  readonly provider: string
  readonly targets: number
  readonly counts: StatusCounts
  /** Null: it has none. */
  readonly fallback: {
    readonly state: FallbackState
    readonly reason: string | null
    readonly afterSeconds: number
    readonly messageId: number | null
  } | null
}

/** What became of a push, and of the SMS that stands in for it, in a sentence or two that can be passed on. Never more than is known. */
export function pushVerdict(push: JudgedPush): string {
  const stands = push.fallback === null ? null : standIn(push.fallback)
  return [ofPush(push), ...(stands === null ? [] : [stands])].join(' ')
}

function ofPush(push: JudgedPush): string {
  const { provider, targets, counts } = push
  const captured = counts.captured ?? 0
  if (captured === targets) return 'This is a test: the sandbox kept it here, and nothing was sent.'
  if (provider !== SANDBOX) return judge(push)
  if (WAITING.some((status) => (counts[status] ?? 0) > 0)) return judge(push)
  if (captured > 0) return `This is a test: the sandbox kept it for ${of(captured, targets)}, and nothing was sent.`
  return `This is a test, and nothing left this machine. In the play: ${judge(push)}`
}

const WAITING: readonly Status[] = ['scheduled', 'queued', 'sending']

function judge({ targets, counts }: JudgedPush): string {
  const count = (...statuses: readonly Status[]): number =>
    statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0)
  const [opened, received] = [count('opened'), count('received')]
  const many = targets > 1
  if (opened > 0) return many ? `It was opened on ${of(opened, targets)}${also(received)}.` : 'It was opened.'
  if (received > 0)
    return many ? `It is on ${of(received, targets)}: they reported it.` : 'It is on the device, which reported it.'
  if (count(...WAITING) > 0) return 'Not yet: it is on its way, or waits.'
  const sent = count('sent', 'delivered')
  if (sent > 0) {
    return many
      ? `The push service took it for ${of(sent, targets)}, and says no more than that.`
      : 'Probably: the push service took it, and says no more than that.'
  }
  if (count('uncertain') > 0) return 'It may have been sent: the link broke while the push service was asked.'
  if (count('cancelled') === targets) return 'It was cancelled, and never sent.'
  return many ? 'No: no device could be reached.' : 'No: the device could not be reached.'
}

function of(count: number, targets: number): string {
  return `${count.toLocaleString('en')} of ${targets.toLocaleString('en')} devices`
}

function also(received: number): string {
  return received === 0 ? '' : `, and ${received.toLocaleString('en')} more reported it`
}

function standIn({ state, reason, afterSeconds, messageId }: NonNullable<JudgedPush['fallback']>): string | null {
  switch (state) {
    case 'waiting':
      return `Unless that is confirmed within ${span(afterSeconds)}, an SMS goes out.`
    case 'went_out':
      return reason === 'all_failed'
        ? `So an SMS went out in its place: message ${messageId}.`
        : `Nobody confirmed it within ${span(afterSeconds)}, so an SMS went out: message ${messageId}.`
    case 'refused':
      return `Nobody confirmed it, and the SMS was refused: \`${reason}\`.`
    case 'confirmed':
    case 'cancelled':
      return null
  }
}

/** `60 s`, `5 minutes`, `2 hours` */
function span(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  return seconds < 7_200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3_600)} hours`
}
