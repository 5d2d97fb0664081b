import type { CheckStep, Receipt, SmsProvider } from '../domain/provider.ts'
import { readJson } from './http-answers.ts'
import type { HttpCall } from './http-call.ts'
import { failureOfAnswer, toOutcome } from './twilio/answers.ts'
import { readInboundSms, readStatusCallback } from './twilio/callbacks.ts'
import { readMessage, toReceipt } from './twilio/message.ts'
import { nameOf, type TwilioOptions } from './twilio/options.ts'
import { reconcile } from './twilio/reconcile.ts'
import { buildFetch, buildProbe, buildSubmission } from './twilio/requests.ts'

export interface TwilioParts {
  /** Its own: `close` closes it. */
  readonly call: HttpCall
  readonly now: () => Date
}

/** Submissions under way at once on one node, each on a connection of its own: make the call with as many. */
export const TWILIO_WINDOW = 32

/**
 * SMS over Twilio's Messages API of 2010-04-01. `poll` works with callbacks too: whoever holds a message that has been `sent` for long
 * decides when to ask. `reconcile` may find a message that is another attempt's, if both have the same contact and text.
 */
export function createTwilio(options: TwilioOptions, parts: TwilioParts): SmsProvider {
  return {
    name: nameOf(options),
    window: TWILIO_WINDOW,
    async submit(sms, signal) {
      const result = await parts.call.send(buildSubmission(options, sms), signal)
      return toOutcome(result, parts.now())
    },
    reconcile: (sms, startedAt, signal) => reconcile(options, parts.call, sms, startedAt, signal),
    poll: (messageSid, signal) => poll(options, parts.call, messageSid, signal),
    readCallback: (callback) => readStatusCallback(callback, options),
    readInbound: (callback) => readInboundSms(callback, options),
    answersKeywords: true,
    check: (signal) => check(options, parts, signal),
    close: () => parts.call.close(),
  }
}

async function poll(
  options: TwilioOptions,
  call: HttpCall,
  messageSid: string,
  signal: AbortSignal,
): Promise<Receipt | null> {
  const answer = await call.send(buildFetch(options, messageSid), signal)
  if (answer.kind === 'fault' || answer.status !== 200) return null
  const message = readMessage(readJson(answer.body))
  return message === null ? null : toReceipt(message, null, options)
}

async function* check(
  options: TwilioOptions,
  parts: TwilioParts,
  signal: AbortSignal,
): AsyncGenerator<CheckStep, void> {
  const answer = await parts.call.send(buildProbe(options), signal)
  const { host } = new URL(options.baseUrl)
  if (answer.kind === 'fault') {
    const fix = `Let this machine reach ${host}, and see TWILIO_BASE_URL.`
    yield { name: 'reachable', ok: false, detail: `No answer from ${host}: ${answer.reason}.`, fix }
    return
  }
  yield { name: 'reachable', ok: true, detail: `${host} answers.`, fix: null }
  yield credentialsStep(answer.status === 200 ? null : failureOfAnswer(answer, parts.now()).reason)
  yield receiptsStep(options.publicUrl)
  if (options.publicUrl !== null) yield inboundStep(`${options.publicUrl}/callbacks/${nameOf(options)}/inbound`)
}

function credentialsStep(problem: string | null): CheckStep {
  if (problem === null) return { name: 'credentials', ok: true, detail: 'The account accepts our key.', fix: null }
  const fix =
    'Compare TWILIO_ACCOUNT_SID with the console, and TWILIO_AUTH_TOKEN or TWILIO_API_KEY and TWILIO_API_SECRET.'
  return { name: 'credentials', ok: false, detail: `The account refuses our key: ${problem}.`, fix }
}

function receiptsStep(publicUrl: string | null): CheckStep {
  const detail = publicUrl === null ? 'Twilio is asked for receipts.' : `Twilio sends receipts to ${publicUrl}.`
  const fix = publicUrl === null ? 'Set PUBLIC_URL to have receipts sent at once.' : null
  return { name: 'receipts', ok: true, detail, fix }
}

/** Whether it is set there can't be told from here without a right that sending needs not. */
function inboundStep(url: string): CheckStep {
  const detail = `Texts that come in are taken at ${url}: "A message comes in" of the number or messaging service.`
  return { name: 'inbound', ok: true, detail, fix: null }
}
