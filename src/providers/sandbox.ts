import { setMaxListeners } from 'node:events'
import { failure, type Failure } from '../domain/failure.ts'
import type { PlayedLife } from '../domain/life.ts'
import {
  SANDBOX,
  type CheckStep,
  type InboundSms,
  type Outcome,
  type OutboundSms,
  type PushProvider,
  type PushTarget,
  type Receipt,
  type Reconciliation,
  type SmsProvider,
} from '../domain/provider.ts'

/** Calls `run` once, `ms` milliseconds from now. */
export type After = (ms: number, run: () => void) => void

export interface SandboxSmsOptions {
  readonly after: After
  /** What a provider would call back with. */
  readonly onReceipt: (receipt: Receipt) => void
  /** What somebody sent to us; without it nobody answers. */
  readonly onInbound?: (inbound: InboundSms) => void
}

export interface SandboxSms extends SmsProvider {
  /** What a provider would report on an attempt that a person has play a life. */
  play(attempt: Attempted, life: PlayedLife): void
}

type SmsLife = 'delivered' | 'refused' | 'throttled' | 'slow' | 'uncertain' | 'phone-off' | 'late' | 'stop'
type PushLife = 'delivered' | 'unregistered' | 'throttled' | 'slow' | 'uncertain'

/** Nothing is waited for but the commits, so this only bounds what one node holds in flight. */
const WINDOW = 500

/** Beside Twilio's own test numbers, +15005550000 to +15005550009. Source: twilio.com/docs/iam/test-credentials. */
const SMS_LIVES = new Map<string, SmsLife>([
  ['+15005550100', 'delivered'],
  ['+15005550101', 'refused'],
  ['+15005550102', 'throttled'],
  ['+15005550103', 'slow'],
  ['+15005550104', 'uncertain'],
  ['+15005550105', 'phone-off'],
  ['+15005550106', 'late'],
  ['+15005550107', 'stop'],
])

const PUSH_LIVES = new Map<string, PushLife>([
  ['sandbox:delivered', 'delivered'],
  ['sandbox:unregistered', 'unregistered'],
  ['sandbox:throttled', 'throttled'],
  ['sandbox:slow', 'slow'],
  ['sandbox:uncertain', 'uncertain'],
])

const SLOW_MS = 5_000
const RECEIPT_MS = 1_000
const ANSWER_MS = 2_000
const LATE_RECEIPT_MS = 8_000
const REPEATED_RECEIPT_MS = 9_000

/** Pushes whose first answer was a throttling or none; older ones are forgotten and play it again. */
const REMEMBERED = 1_000

const PHONE_OFF = failure('permanent', 'unreachable', { status: 'undelivered', code: 'sandbox' })
const BLOCKED = failure('permanent', 'blocked', { status: 'undelivered', code: 'sandbox' })
const REFUSED = failure('permanent', 'invalid_number', { code: 'sandbox' })
const UNREGISTERED = failure('recipient-gone', 'unregistered', { code: 'sandbox' })
const THROTTLED = failure('throttled', 'throttled', { code: 'sandbox', waitMs: 1_000 })
const UNCERTAIN = failure('uncertain', 'timeout')
const NOT_SENT = failure('transient', 'not_sent', { counted: false })

/** What comes after the submission of an SMS that plays a life; null: the phone has it. */
const PLAYED: Record<PlayedLife, readonly { readonly ms: number; readonly failure: Failure | null }[]> = {
  delivered: [{ ms: RECEIPT_MS, failure: null }],
  late: [
    { ms: LATE_RECEIPT_MS, failure: null },
    { ms: REPEATED_RECEIPT_MS, failure: null },
  ],
  phone_off: [{ ms: RECEIPT_MS, failure: PHONE_OFF }],
  blocked: [{ ms: RECEIPT_MS, failure: BLOCKED }],
  refused: [],
  uncertain: [],
}

/**
 * Takes SMS while no provider is set: they are `captured`, nothing leaves the machine. A few contacts play a whole life:
 * `+15005550100` delivered · `101` refused · `102` throttled once · `103` answers after 5 s · `104` the first answer is lost,
 * though the phone has the SMS · `105` phone off · `106` its receipt comes late and twice · `107` is delivered, and answers STOP
 * two seconds after. Where nothing else is said they end delivered, a second after they were taken. Receipts and answers
 * that are due when the process ends are lost. Nothing is remembered: the attempt's number tells the first one from the rest.
 */
export function createSandboxSms({ after, onReceipt, onInbound }: SandboxSmsOptions): SandboxSms {
  let closed = false

  function play(sms: Attempted, life: PlayedLife): void {
    for (const { ms, failure: reported } of PLAYED[life]) {
      const receipt = receiptOf(sms, reported)
      after(ms, () => {
        if (!closed) onReceipt(receipt)
      })
    }
  }

  function take(sms: OutboundSms, life: SmsLife): Outcome {
    play(sms, life === 'phone-off' ? 'phone_off' : life === 'late' ? 'late' : 'delivered')
    if (life === 'stop') after(ANSWER_MS, () => !closed && onInbound?.(stopFrom(sms)))
    return { kind: 'accepted', providerMessageId: idOf(sms), status: 'sent' }
  }

  return {
    name: SANDBOX,
    window: WINDOW,
    async submit(sms, signal) {
      if (signal.aborted) return refused(NOT_SENT)
      const life = SMS_LIVES.get(sms.contact)
      if (life === undefined) return { kind: 'accepted', providerMessageId: idOf(sms), status: 'captured' }
      const first = firstAnswer(life)
      if (life === 'refused' || (first !== null && sms.attempt === 1)) return refused(first ?? REFUSED)
      if (life === 'slow' && !(await passed(after, SLOW_MS, signal))) return refused(UNCERTAIN)
      return take(sms, life)
    },
    reconcile: async (sms) => reconciliation(sms),
    poll: null,
    readCallback: () => ({ kind: 'ignored' }),
    check: () => checkSandbox('SMS'),
    play,
    async close() {
      closed = true
    },
  }
}

/**
 * Takes pushes while no push service is set: they are `captured`. A few tokens play a life: `sandbox:delivered` is sent (a
 * push service says no more) · `sandbox:unregistered` is gone · `sandbox:throttled` is throttled once · `sandbox:slow` answers
 * after 5 s · `sandbox:uncertain`: its first answer is lost.
 */
export function createSandboxPush({ after }: { readonly after: After }): PushProvider {
  const answered = new Set<string>()

  function isFirst(notificationId: number, life: PushLife): boolean {
    const key = `${notificationId}:${life}`
    if (answered.has(key)) return false
    const [oldest] = answered
    if (answered.size >= REMEMBERED && oldest !== undefined) answered.delete(oldest)
    answered.add(key)
    return true
  }

  async function submit(notificationId: number, life: PushLife, signal: AbortSignal): Promise<Outcome> {
    if (life === 'unregistered') return refused(UNREGISTERED)
    const first = firstAnswer(life)
    if (first !== null && isFirst(notificationId, life)) return refused(first)
    if (life === 'slow' && !(await passed(after, SLOW_MS, signal))) return refused(UNCERTAIN)
    return { kind: 'accepted', providerMessageId: null, status: 'sent' }
  }

  return {
    name: SANDBOX,
    window: WINDOW,
    async submitMany({ notificationId }, targets, onOutcome, signal, gate) {
      const played: Promise<void>[] = []
      for (const [index, target] of targets.entries()) {
        const life = lifeOf(target)
        const closed = signal.aborted ? NOT_SENT : gate()
        if (closed !== null) onOutcome(index, refused(closed))
        else if (life === undefined) onOutcome(index, CAPTURED)
        else played.push(submit(notificationId, life, signal).then((outcome) => onOutcome(index, outcome)))
      }
      await Promise.all(played)
    },
    check: () => checkSandbox('push'),
    async close() {},
  }
}

const CAPTURED: Outcome = { kind: 'accepted', providerMessageId: null, status: 'captured' }

function refused(reason: Failure): Outcome {
  return { kind: 'refused', failure: reason }
}

/** What the first submission comes to in lives that go on differently after it. */
function firstAnswer(life: SmsLife | PushLife): Failure | null {
  if (life === 'throttled') return THROTTLED
  return life === 'uncertain' ? UNCERTAIN : null
}

/** Only the SMS whose answer was lost got through; any other attempt in doubt ended with its process, before it was taken. */
function reconciliation(sms: OutboundSms): Reconciliation {
  if (SMS_LIVES.get(sms.contact) !== 'uncertain') return { kind: 'absent' }
  return { kind: 'found', receipt: receiptOf(sms, null) }
}

/** Whom a captured SMS comes from that names no sender. Source: twilio.com/docs/iam/test-credentials, as above. */
const USUAL_SENDER = '+15005550006'

function stopFrom(sms: OutboundSms): InboundSms {
  return {
    provider: SANDBOX,
    providerMessageId: `${idOf(sms)}-answer`,
    from: sms.contact,
    to: sms.sender ?? USUAL_SENDER,
    text: 'STOP',
    part: null,
    at: null,
    handled: null,
  }
}

type Attempted = Pick<OutboundSms, 'messageId' | 'attempt'>

/** `reported` null: the phone has it. */
function receiptOf(sms: Attempted, reported: Failure | null): Receipt {
  return {
    provider: SANDBOX,
    providerMessageId: idOf(sms),
    attempt: { messageId: sms.messageId, number: sms.attempt },
    status: reported === null ? 'delivered' : 'undelivered',
    failure: reported,
    at: null,
  }
}

function idOf({ messageId, attempt }: Attempted): string {
  return `${SANDBOX}-${messageId}.${attempt}`
}

function lifeOf(target: PushTarget): PushLife | undefined {
  return target.kind === 'token' ? PUSH_LIVES.get(target.value) : undefined
}

/** True once the time has passed, false as soon as the signal ends it. */
async function passed(after: After, ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = (): void => resolve(false)
    // A whole window may wait on one signal; Node warns of a leak from the eleventh on.
    setMaxListeners(0, signal)
    signal.addEventListener('abort', stop, { once: true })
    after(ms, () => {
      signal.removeEventListener('abort', stop)
      resolve(true)
    })
  })
}

async function* checkSandbox(channel: string): AsyncIterable<CheckStep> {
  yield { name: 'capture', ok: true, detail: `Capture mode: no ${channel} leaves this machine.`, fix: null }
}
