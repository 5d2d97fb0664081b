import type { PushProvider } from '../../domain/provider.ts'
import type { Http2Client } from '../../http2/client.ts'
import { fanOut } from '../fan-out.ts'
import { checkSteps } from './check.ts'
import { apnsProject } from './key.ts'
import { type ApnsKey, createProviderTokens } from './provider-token.ts'
import { createSubmission } from './submission.ts'
import { createWindow } from './window.ts'

export interface ApnsOptions extends ApnsKey {
  /** The app's bundle id. */
  readonly topic: string
  readonly environment: 'production' | 'sandbox'
  /** In flight at once for one call of `submitMany` at most; 200 unless said. */
  readonly window?: number
}

export interface ApnsParts {
  /** To Apple; closed with the provider. */
  readonly http2: Http2Client
  readonly now: () => Date
  /** The database's: what is to expire does so by it. */
  readonly clock: () => Date
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number
}

/** Its way’s name. */
const APNS = 'apns'

const WINDOW = 200

/** Apple publishes no rate: the window is what keeps the pace. */
const UNBOUNDED = { take: () => 0, pausedMs: () => 0 }

/** Apple's own push service: a call for each device, many at once over few connections. */
export function createApns({ topic, environment, ...options }: ApnsOptions, parts: ApnsParts): PushProvider {
  const tokens = createProviderTokens(options, parts.now)
  const submitting = { http2: parts.http2, tokens, topic, now: parts.now }
  const most = options.window ?? WINDOW
  const window = createWindow(most, parts.monotonic)
  return {
    name: APNS,
    project: apnsProject({ topic, environment }),
    window: most,
    submitMany(content, targets, onOutcome, signal, gate) {
      const submitOne = createSubmission(content, submitting, parts.clock(), gate)
      return fanOut({
        items: targets,
        window: window.size,
        pace: UNBOUNDED,
        signal,
        gate,
        async submit(target) {
          const outcome = await submitOne(target, signal)
          window.count(outcome)
          return outcome
        },
        onOutcome,
      })
    },
    check: (signal) => checkSteps(submitting, signal),
    close: () => parts.http2.close(),
  }
}
