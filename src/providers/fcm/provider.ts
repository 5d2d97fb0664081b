import type { Outcome, PushProvider } from '../../domain/provider.ts'
import type { Http2Client } from '../../http2/client.ts'
import { fanOut } from '../fan-out.ts'
import type { HttpCall } from '../http-call.ts'
import { createPace, type Pace } from '../pace.ts'
import { createAccessTokens } from './access-token.ts'
import { checkSteps } from './check.ts'
import type { Credentials } from './credentials.ts'
import { createSender } from './sender.ts'
import { createSubmission, validateOne } from './submission.ts'
import { createTokenSource } from './token-source.ts'

export interface FcmOptions {
  /** `fcm`, unless there are several projects. */
  readonly name?: string
  readonly credentials: Credentials
  /** Comes before the project that the credentials name. */
  readonly projectId?: string
  /** The project's quota; Google grants 600,000 unless it was raised. Four fifths of it are used. */
  readonly messagesPerMinute: number
  readonly rampSeconds: number
  /** In flight at once for one call of `submitMany`; 200 unless said. */
  readonly window?: number
  /** Requests that its connections carry at once. Each call begins its part of twice as many, and one at least; unless said, its whole window. */
  readonly carries?: number
}

export interface FcmParts {
  /** To FCM; closed with the provider. */
  readonly http2: Http2Client
  /** To the token endpoints; left open. */
  readonly call: HttpCall
  readonly now: () => Date
  /** The database's: what is to expire does so by it. */
  readonly clock: () => Date
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number
  /** 0..1. */
  readonly chance: () => number
  /** Nodes that send to the same project, this one included. */
  readonly nodes: () => number
  /** An access token could not be had; the sentence holds nothing secret. */
  readonly warn: (sentence: string) => void
}

/** The minute that Google counts is not ours: what is left is for its edges, and for other senders of the project. */
const QUOTA_USED = 0.8
const WINDOW = 200

/**
 * Begun at once, in times of what the connections carry: whenever one is answered another one waits for its place. More would only be held in
 * memory, and stand before what comes after them.
 */
const BEGUN = 2

/** FCM HTTP v1: a call for each target, many at once over few connections, at a pace within the project's quota. */
export function createFcm(options: FcmOptions, parts: FcmParts): PushProvider {
  const tokens = createAccessTokens(createTokenSource(options.credentials, parts), {
    ...parts,
    onProblem: (problem) => parts.warn(`FCM: ${problem.detail}`),
  })
  const sender = createSender(options.credentials, options.projectId ?? null, { ...parts, tokens })
  const perSecond = (options.messagesPerMinute / 60) * QUOTA_USED
  const pace = createPace({ perSecond, rampSeconds: options.rampSeconds }, parts)
  const window = options.window ?? WINDOW
  const { name = 'fcm', carries = Infinity } = options
  let calls = 0
  const share = (): number => Math.min(window, Math.ceil((BEGUN * carries) / calls))
  const project = options.projectId ?? options.credentials.projectId ?? ''
  return {
    ...{ name, project, window },
    async submitMany(content, targets, onOutcome, signal, gate) {
      const submitOne = createSubmission(content, sender, parts.clock(), gate)
      const submit = async (target: (typeof targets)[number]) => slowDown(await submitOne(target, signal), pace)
      const line = pace.line(content.category ?? 'transactional')
      calls += 1
      await fanOut({ items: targets, window: share, pace: line, signal, gate, submit, onOutcome }).finally(() => {
        calls -= 1
      })
    },
    validate: (content, target, signal) => validateOne(content, target, sender, parts.clock(), signal),
    check: (signal) => checkSteps(tokens, sender, signal),
    async close() {
      tokens.close()
      await parts.http2.close()
    },
  }
}

/** A project's quota is everybody's business: the pace learns of it, and says how long it is. */
function slowDown(outcome: Outcome, pace: Pace): Outcome {
  if (outcome.kind !== 'refused') return outcome
  const { failure } = outcome
  if (failure.class !== 'throttled' || failure.pause !== 'lane') return outcome
  return { kind: 'refused', failure: { ...failure, waitMs: pace.throttle(failure.waitMs) } }
}
