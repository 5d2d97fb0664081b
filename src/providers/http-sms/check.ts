import type { CheckStep } from '../../domain/provider.ts'
import { readUrl } from '../../domain/url.ts'
import type { HttpCall } from '../http-call.ts'
import { buildProbe, type HttpSmsOptions } from './requests.ts'

export async function* checkHttpSms(
  options: HttpSmsOptions,
  call: HttpCall,
  signal: AbortSignal,
): AsyncGenerator<CheckStep, void> {
  yield* askProvider(options, call, signal)
  yield receiptsStep(options)
  if (options.settings.inbound !== null && options.publicUrl !== null) {
    const url = `${options.publicUrl}/callbacks/${options.name}/inbound`
    yield { name: 'inbound', ok: true, detail: `Texts that come in are taken at ${url}.`, fix: null }
  }
}

async function* askProvider(
  options: HttpSmsOptions,
  call: HttpCall,
  signal: AbortSignal,
): AsyncGenerator<CheckStep, void> {
  const probe = buildProbe(options)
  if (probe === null) {
    const fix = 'Set check in its file to a request that sends nothing, such as one for the balance.'
    yield { name: 'reachable', ok: true, detail: 'Nothing is known that could be asked without sending.', fix }
    return
  }
  const answer = await call.send(probe, signal)
  const host = readUrl(probe.url)?.host ?? ''
  if (answer.kind === 'fault') {
    const fix = `Let this machine reach ${host}, and see check.url in its file.`
    yield { name: 'reachable', ok: false, detail: `No answer from ${host}: ${answer.reason}.`, fix }
    return
  }
  yield { name: 'reachable', ok: true, detail: `${host} answers.`, fix: null }
  yield credentialsStep(answer.status, options.settings.check?.statuses ?? null)
}

function credentialsStep(status: number, wanted: readonly number[] | null): CheckStep {
  const isWanted = wanted === null ? status >= 200 && status < 300 : wanted.includes(status)
  if (isWanted) return { name: 'credentials', ok: true, detail: 'The provider accepts our key.', fix: null }
  const fix = 'Compare auth and headers in its file, and the variables they name, with what the provider gave you.'
  return { name: 'credentials', ok: false, detail: `The provider refuses our key: HTTP ${status}.`, fix }
}

function receiptsStep({ settings, publicUrl, name }: HttpSmsOptions): CheckStep {
  const step = { name: 'receipts', ok: true }
  if (settings.receipts === null) {
    const fix = 'Set receipts in its file, if the provider can call back.'
    return { ...step, detail: 'No receipts come: a message stays as sent.', fix }
  }
  if (publicUrl === null) {
    return { ...step, detail: 'No receipts come: nobody can reach us.', fix: 'Set PUBLIC_URL to have receipts.' }
  }
  return { ...step, detail: `Receipts are taken at ${publicUrl}/callbacks/${name}/status.`, fix: null }
}
