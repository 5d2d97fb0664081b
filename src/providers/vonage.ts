import type { SmsProvider } from '../domain/provider.ts'
import type { HttpCall } from './http-call.ts'
import { toOutcome } from './vonage/answers.ts'
import { readInboundSms, readReceipt } from './vonage/callbacks.ts'
import { checkVonage } from './vonage/check.ts'
import { nameOf, type VonageOptions } from './vonage/options.ts'
import { buildSubmission } from './vonage/requests.ts'

export interface VonageParts {
  /** Its own: `close` closes it. */
  readonly call: HttpCall
  readonly now: () => Date
}

/**
 * Submissions under way at once on one node, each on a connection of its own: make the call with as many. An account has 30 messages a
 * second unless Vonage gave it more. Source: https://api.support.vonage.com/hc/en-us/articles/203993598.
 */
export const VONAGE_WINDOW = 16

/**
 * SMS over Vonage's SMS API. It knows a message by no reference of ours, and tells what became of it by receipts alone: a lost answer is
 * settled by a receipt, or not at all.
 */
export function createVonage(options: VonageOptions, { call, now }: VonageParts): SmsProvider {
  return {
    name: nameOf(options),
    window: VONAGE_WINDOW,
    async submit(sms, signal) {
      return toOutcome(await call.send(buildSubmission(options, sms), signal), now(), sms.attempt)
    },
    reconcile: null,
    poll: null,
    readCallback: (callback) => readReceipt(callback, options),
    readInbound: (callback) => readInboundSms(callback, options),
    check: (signal) => checkVonage(options, call, signal),
    close: () => call.close(),
  }
}
