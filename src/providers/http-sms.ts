import type { SmsProvider } from '../domain/provider.ts'
import type { HttpCall } from './http-call.ts'
import { toOutcome } from './http-sms/answers.ts'
import { readInboundSms, readReceipts } from './http-sms/callbacks.ts'
import { checkHttpSms } from './http-sms/check.ts'
import { buildSubmission, type HttpSmsOptions } from './http-sms/requests.ts'

export interface HttpSmsParts {
  /** Its own, with as many connections as the settings' window, and their time-out: `close` closes it. */
  readonly call: HttpCall
  readonly now: () => Date
}

/** SMS over the HTTP interface that a file describes (`readHttpSms`). A lost answer is settled by a receipt, or not at all. */
export function createHttpSms(options: HttpSmsOptions, { call, now }: HttpSmsParts): SmsProvider {
  const { settings } = options
  const provider: SmsProvider = {
    name: options.name,
    window: settings.window,
    async submit(sms, signal) {
      return toOutcome(await call.send(buildSubmission(options, sms), signal), settings.answer, now())
    },
    reconcile: null,
    poll: null,
    readCallback: (callback) => readReceipts(callback, options),
    check: (signal) => checkHttpSms(options, call, signal),
    close: () => call.close(),
  }
  if (settings.inbound === null) return provider
  return { ...provider, readInbound: (callback) => readInboundSms(callback, options) }
}
