import type { Logger } from 'pino'
import { failure, type Failure } from '../domain/failure.ts'
import type { Outcome, OutboundSms, SmsProvider } from '../domain/provider.ts'
import type { SmsSettlement } from '../store/sms/sms-settle.ts'
import type { SmsWork, Started } from '../store/sms/sms-work.ts'
import { chargeOf, type AskPrice } from './charge.ts'
import { decideHeld, decideSms, type Route } from './decide.ts'
import type { Lease } from './lease.ts'
import type { Pause } from './pause.ts'

export interface SubmissionParts {
  readonly provider: SmsProvider
  readonly route: Route
  readonly lease: () => Lease
  readonly log: Logger
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly chance: () => number
  /** Right before it is submitted: why it has to wait, and how long (`waitMs`); null: it goes. */
  readonly hold: ((work: SmsWork) => Failure | null) | undefined
  /** Absent: nobody knows what they cost. */
  readonly price?: AskPrice | undefined
}

/** A message that is being submitted, with what its start told. */
export interface InFlight {
  readonly work: SmsWork
  readonly started: Started
  /** When its start was asked for: what is left of its validity counts from there. */
  readonly askedAt: number
}

/** Hands messages that were started to their provider. */
export interface Submissions {
  /** Resolves with what it came to, whatever happens. */
  submit(flight: InFlight): Promise<SmsSettlement>
  /** Ends early what is under way. */
  abort(): void
}

/** `pause`: what a provider's answer makes the whole lane wait by. */
export function createSubmissions(parts: SubmissionParts, pause: Pause): Submissions {
  const { provider, route, now } = parts
  const stop = new AbortController()

  function mayWrite({ owner }: SmsWork): boolean {
    return owner === parts.lease().owner() && parts.lease().mayWrite() && !stop.signal.aborted
  }

  /** An adapter that throws has a bug; whether it sent before it threw nobody knows. */
  async function callProvider(work: SmsWork, started: Started): Promise<Outcome> {
    try {
      return await provider.submit(toOutbound(work, started), stop.signal)
    } catch (error) {
      parts.log.error(
        { event: 'provider.bug', provider: provider.name, message_id: work.id, err: error },
        'a provider adapter threw',
      )
      return { kind: 'refused', failure: failure('uncertain', 'adapter_error') }
    }
  }

  return {
    async submit({ work, started, askedAt }) {
      const late = now() - askedAt >= started.remainingMs
      const may = !late && mayWrite(work)
      const held = may ? (parts.hold?.(work) ?? null) : null
      if (held !== null) return decideHeld(work, started, held, route, parts.chance())
      const outcome = late ? EXPIRED : may ? await callProvider(work, started) : NOT_SENT
      if (outcome.kind === 'refused' && outcome.failure.pause === 'lane') pause.begin(outcome.failure)
      const settlement = decideSms(work, started, outcome, route, parts.chance())
      const price = chargeOf(work, outcome, parts.price)
      return price === null ? settlement : { ...settlement, price }
    },
    abort: () => stop.abort(),
  }
}

function toOutbound(work: SmsWork, { attempt, remainingMs }: Started): OutboundSms {
  return {
    messageId: work.id,
    attempt,
    contact: work.contact,
    sender: work.sender,
    text: work.text,
    segments: work.segments,
    validitySeconds: Math.max(1, Math.floor(remainingMs / 1000)),
    ...(work.tlvs === undefined ? {} : { tlvs: work.tlvs }),
    ...(work.resume === undefined ? {} : { resume: work.resume }),
  }
}

const EXPIRED: Outcome = { kind: 'refused', failure: failure('permanent', 'expired', { status: 'expired' }) }
const NOT_SENT: Outcome = { kind: 'refused', failure: failure('transient', 'not_sent', { counted: false }) }
