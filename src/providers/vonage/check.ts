import type { CheckStep } from '../../domain/provider.ts'
import { field, readJson } from '../http-answers.ts'
import type { HttpAnswer, HttpCall } from '../http-call.ts'
import { nameOf, type VonageOptions } from './options.ts'
import { buildProbe } from './requests.ts'

export async function* checkVonage(
  options: VonageOptions,
  call: HttpCall,
  signal: AbortSignal,
): AsyncGenerator<CheckStep, void> {
  const answer = await call.send(buildProbe(options), signal)
  const { host } = new URL(options.baseUrl)
  if (answer.kind === 'fault') {
    const fix = `Let this machine reach ${host}, and see VONAGE_BASE_URL.`
    yield { name: 'reachable', ok: false, detail: `No answer from ${host}: ${answer.reason}.`, fix }
    return
  }
  yield { name: 'reachable', ok: true, detail: `${host} answers.`, fix: null }
  yield credentialsStep(answer)
  if (answer.status === 200) yield creditStep(answer)
  yield receiptsStep(options)
  yield inboundStep(options)
}

function credentialsStep({ status }: HttpAnswer): CheckStep {
  if (status === 200) return { name: 'credentials', ok: true, detail: 'The account accepts our key.', fix: null }
  const fix = 'Compare VONAGE_API_KEY and VONAGE_API_SECRET with the dashboard.'
  return { name: 'credentials', ok: false, detail: `The account refuses our key: HTTP ${status}.`, fix }
}

function creditStep({ body }: HttpAnswer): CheckStep {
  const value = field(readJson(body), 'value')
  if (typeof value !== 'number' || value > 0) {
    return { name: 'credit', ok: true, detail: 'The account has credit.', fix: null }
  }
  return { name: 'credit', ok: false, detail: 'The account has no credit left.', fix: 'Top it up in the dashboard.' }
}

function receiptsStep({ publicUrl, signatureSecret }: VonageOptions): CheckStep {
  if (publicUrl === null) {
    const fix = 'Set PUBLIC_URL to have receipts: Vonage cannot be asked for them.'
    return { name: 'receipts', ok: true, detail: 'No receipts come: a message stays as sent.', fix }
  }
  const how = signatureSecret === null ? 'known by a word of each address' : 'signed'
  return { name: 'receipts', ok: true, detail: `Vonage sends receipts to ${publicUrl}, ${how}.`, fix: null }
}

function inboundStep(options: VonageOptions): CheckStep {
  if (options.publicUrl === null || options.signatureSecret === null) {
    const fix = 'Set PUBLIC_URL and VONAGE_SIGNATURE_SECRET, and have Vonage’s support sign the account’s webhooks.'
    return { name: 'inbound', ok: true, detail: 'Texts that come in are not taken.', fix }
  }
  const url = `${options.publicUrl}/callbacks/${nameOf(options)}/inbound`
  const detail = `Texts that come in are taken at ${url}: "Inbound SMS webhooks" of the dashboard.`
  return { name: 'inbound', ok: true, detail, fix: null }
}
