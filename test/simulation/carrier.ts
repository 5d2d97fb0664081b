import { setMaxListeners } from 'node:events'
import { failure, type Failure } from '../../src/domain/failure.ts'
import type {
  Outcome,
  OutboundSms,
  PushProvider,
  PushTarget,
  Receipt,
  Reconciliation,
  SmsProvider,
} from '../../src/domain/provider.ts'
import type { Answering } from './plan.ts'
import type { Random } from './random.ts'
import type { Process, World } from './world.ts'

/** One submission, as the provider knows it. */
export interface Submission {
  /** `messageId`, or `notificationId token`. */
  readonly key: string
  /** Of an SMS; 0 for a push. */
  readonly attempt: number
  readonly process: Process
  readonly at: number
  /** Whether it is on its way to a handset. */
  taken: boolean
  /** It will be answered as refused: whatever happens, no handset has it. */
  readonly refused: boolean
  readonly providerMessageId: string
}

/** The world outside: what was really sent, and whether its answers arrive. */
export interface Carrier {
  /** From now on nothing is answered any more. */
  fallSilent(): void
  sms(name: string, window: number, process: Process, asked: boolean): SmsProvider
  push(name: string, window: number, process: Process): PushProvider
  /** Every submission, in order, by key. */
  readonly submissions: ReadonlyMap<string, readonly Submission[]>
}

export interface CarrierParts {
  readonly world: World
  readonly random: Random
  /** Whether answers may be slow, wrong or lost now. */
  readonly isRough: () => boolean
  /** What the first submissions are answered. */
  readonly answers: readonly Answering[]
  /** Called before a submission is written. */
  readonly onSms: (submission: Submission, sms: OutboundSms, earlier: readonly Submission[]) => void
  readonly onPush: (submission: Submission, earlier: readonly Submission[]) => void
  readonly onReceipt: (receipt: Receipt) => void
}

interface Answer {
  readonly outcome: Outcome
  readonly taken: boolean
  readonly throws: boolean
}

const DOUBT = failure('uncertain', 'timeout')
const REFUSALS: readonly [Failure, ...Failure[]] = [
  failure('permanent', 'invalid_number'),
  failure('transient', 'busy'),
  failure('transient', 'busy'),
  failure('transient', 'not_sent', { counted: false }),
  failure('throttled', 'throttled', { waitMs: 1_000 }),
  failure('throttled', 'throttled', { waitMs: 9_000 }),
  failure('blocked', 'blocked', { waitMs: 3_000 }),
]

/** A code that the database refuses: one adapter's bug. */
const UNSTORABLE = failure('permanent', 'broken', { code: 'a\u0000b' })

export function createCarrier(parts: CarrierParts): Carrier {
  const { world, random } = parts
  const submissions = new Map<string, Submission[]>()
  let issued = 0
  let silent = false

  function write(key: string, attempt: number, process: Process, answer: Answer): [Submission, readonly Submission[]] {
    const earlier = submissions.get(key) ?? []
    const providerMessageId = `theirs-${++issued}`
    const refused = answer.outcome.kind === 'refused' && answer.outcome.failure.class !== 'uncertain'
    const submission = { key, attempt, process, at: world.now(), taken: false, refused, providerMessageId }
    submissions.set(key, [...earlier, submission])
    return [submission, earlier]
  }

  function nextAnswer(): Answer {
    const told = parts.answers[issued]
    return told === undefined ? draw(random, parts.isRough()) : ANSWERS[told]
  }

  /** Resolves in its process; what was on its way when the process died arrives or not. */
  function carry(submission: Submission, answer: Answer, signal: AbortSignal): Promise<Outcome> {
    const survives = random.happens(0.5)
    const [thereMs, backMs] = parts.isRough() ? roughly(random) : [random.between(1, 20), random.between(1, 50)]
    const arrival = world.after(thereMs, () => {
      submission.taken = answer.taken && (submission.process.isAlive() || survives)
      if (submission.taken) reportLater(submission)
    })
    return new Promise((resolve, reject) => {
      submission.process.after(thereMs + backMs, () => {
        if (silent) return
        if (answer.throws) reject(new Error('an adapter’s bug'))
        else resolve(withId(answer.outcome, submission))
      })
      setMaxListeners(0, signal)
      signal.addEventListener('abort', () => {
        if (!survives) arrival()
        resolve({ kind: 'refused', failure: DOUBT })
      })
    })
  }

  function reportLater(submission: Submission): void {
    if (submission.attempt === 0 || !random.happens(0.5)) return
    const [messageId, number] = [Number(submission.key), submission.attempt]
    const word = random.happens(0.8) ? 'delivered' : random.pick(['undelivered', 'sent', 'failed'] as const)
    const why = random.happens(0.5) ? failure('transient', 'phone_off') : failure('permanent', 'unreachable')
    const receipt: Receipt = {
      provider: providerOf(submission),
      providerMessageId: submission.providerMessageId,
      attempt: random.happens(0.6) ? { messageId, number } : null,
      status: word,
      failure: word === 'delivered' || word === 'sent' ? null : { ...why, status: 'undelivered' },
      at: null,
    }
    world.after(random.between(0, random.happens(0.3) ? 30_000 : 500), () => parts.onReceipt(receipt))
  }

  const providers = new Map<string, string>()
  const providerOf = (submission: Submission): string => providers.get(submission.providerMessageId) ?? ''

  function reconcile(sms: OutboundSms): Reconciliation {
    const known = submissions.get(String(sms.messageId))?.find((one) => one.attempt === sms.attempt)
    if (parts.isRough() && random.happens(0.3)) return { kind: random.pick(['unanswered', 'unclear'] as const) }
    if (known === undefined || !known.taken) return { kind: 'absent' }
    return { kind: 'found', receipt: receiptOf(known) }
  }

  function receiptOf(submission: Submission): Receipt {
    const { providerMessageId } = submission
    const provider = providerOf(submission)
    return { provider, providerMessageId, attempt: null, status: 'sent', failure: null, at: null }
  }

  return {
    submissions,
    fallSilent() {
      silent = true
    },
    sms: (name, window, process, asked) => ({
      name,
      window,
      async submit(sms, signal) {
        const answer = nextAnswer()
        const [submission, earlier] = write(String(sms.messageId), sms.attempt, process, answer)
        providers.set(submission.providerMessageId, name)
        parts.onSms(submission, sms, earlier)
        return carry(submission, answer, signal)
      },
      reconcile: asked
        ? (sms) => new Promise((resolve) => void process.after(random.between(1, 200), () => resolve(reconcile(sms))))
        : null,
      poll: asked
        ? () => new Promise((resolve) => void process.after(random.between(1, 200), () => resolve(null)))
        : null,
      readCallback: () => ({ kind: 'ignored' }),
      async *check() {},
      close: async () => undefined,
    }),
    push: (name, window, process) => ({
      name,
      window,
      async submitMany({ notificationId }, targets, onOutcome, signal, gate) {
        const one = async (target: PushTarget, index: number): Promise<void> => {
          // What waits for its pace is written later than it was handed in.
          if (random.happens(0.2))
            await new Promise<void>((resolve) => void process.after(random.between(1, 4_000), resolve))
          const closed = signal.aborted ? failure('transient', 'not_sent', { counted: false }) : gate()
          if (closed !== null) return onOutcome(index, { kind: 'refused', failure: closed })
          const answer = nextAnswer()
          const [submission, earlier] = write(`${notificationId} ${target.value}`, 0, process, answer)
          parts.onPush(submission, earlier)
          onOutcome(index, await carry(submission, { ...answer, throws: false }, signal))
        }
        await Promise.all(targets.map(one))
      },
      async *check() {},
      close: async () => undefined,
    }),
  }
}

function roughly(random: Random): [number, number] {
  return [random.between(1, 300), random.happens(0.15) ? random.between(1_000, 15_000) : random.between(1, 800)]
}

const TAKEN: Answer = {
  outcome: { kind: 'accepted', providerMessageId: '', status: 'sent' },
  taken: true,
  throws: false,
}

function refusedFor(why: Failure, taken: boolean): Answer {
  return { outcome: { kind: 'refused', failure: why }, taken, throws: false }
}

const ANSWERS: Readonly<Record<Answering, Answer>> = {
  taken: TAKEN,
  lost: refusedFor(DOUBT, true),
  vanished: refusedFor(DOUBT, false),
  busy: refusedFor(failure('transient', 'busy'), false),
  throttled: refusedFor(failure('throttled', 'throttled', { waitMs: 1_000 }), false),
}

function draw(random: Random, rough: boolean): Answer {
  const luck = random.next()
  if (!rough || luck < 0.7) return TAKEN
  if (luck < 0.85) return refusedFor(random.pick(REFUSALS), false)
  if (luck < 0.95) return { ...refusedFor(DOUBT, random.happens(0.6)), throws: random.happens(0.1) }
  return luck < 0.97 ? refusedFor(UNSTORABLE, false) : TAKEN
}

function withId(outcome: Outcome, { providerMessageId }: Submission): Outcome {
  return outcome.kind === 'accepted' ? { ...outcome, providerMessageId } : outcome
}
