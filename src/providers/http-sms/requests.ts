import type { OutboundSms } from '../../domain/provider.ts'
import { attemptIdOf } from '../callbacks.ts'
import type { HttpRequest } from '../http-call.ts'
import type { CallbackProof, HttpSmsSettings } from './settings.ts'
import { escapeForUrl, renderJson, renderText, type Template, type Values } from './template.ts'

/** A provider with a name, and where it reaches us. */
export interface HttpSmsOptions {
  /** As messages, lanes and callbacks name it. */
  readonly name: string
  readonly settings: HttpSmsSettings
  /** Where the provider reaches us, without a trailing slash; null: it is not asked to call back. */
  readonly publicUrl: string | null
}

/** Pure: the request that sends one message. */
export function buildSubmission(options: HttpSmsOptions, sms: OutboundSms): HttpRequest {
  const { request } = options.settings
  const values = valuesOf(options, sms)
  const url = renderText(request.url, values, escapeForUrl) ?? ''
  const headers = headersOf(options.settings, values)
  const { body } = request
  if (body.format === 'json') {
    return { method: request.method, url, headers, body: JSON.stringify(renderJson(body.fields, values)) }
  }
  const fields = toForm(body.fields, values)
  if (body.format === 'form') return { method: request.method, url, headers, body: fields }
  return { method: request.method, url: withQuery(url, fields), headers, body: null }
}

/** Pure: a request that sends nothing; null: the file names none. */
export function buildProbe({ settings }: HttpSmsOptions): HttpRequest | null {
  if (settings.check === null) return null
  const headers = headersOf(settings, NO_VALUES)
  return { method: 'GET', url: settings.check.url, headers, body: null }
}

function headersOf({ request }: HttpSmsSettings, values: Values): Record<string, string> {
  const headers: Record<string, string> = { accept: '*/*', 'user-agent': 'tidings' }
  for (const [name, template] of request.headers) {
    const value = renderText(template, values)
    if (value !== null) headers[name] = value
  }
  return headers
}

function toForm(fields: readonly (readonly [string, Template])[], values: Values): string {
  const form = new URLSearchParams()
  for (const [name, template] of fields) {
    const value = renderText(template, values)
    if (value !== null) form.append(name, value)
  }
  return form.toString()
}

function withQuery(url: string, query: string): string {
  if (query === '') return url
  return url.includes('?') ? `${url}&${query}` : `${url}?${query}`
}

function valuesOf({ name, settings, publicUrl }: HttpSmsOptions, sms: OutboundSms): Values {
  return {
    contact: sms.contact,
    contact_digits: sms.contact.slice(1),
    text: sms.text,
    sender: sms.sender ?? settings.sender,
    attempt_id: attemptIdOf(sms),
    callback_url:
      publicUrl === null
        ? null
        : `${publicUrl}/callbacks/${name}/status?attempt=${attemptIdOf(sms)}${tokenOf(settings.proof)}`,
    validity_seconds: String(Math.max(1, Math.floor(sms.validitySeconds))),
  }
}

/** A token that comes back in the query is known to the provider by nothing but this address. */
function tokenOf(proof: CallbackProof | null): string {
  return proof?.kind === 'query' ? `&${proof.name}=${escapeForUrl(proof.secret)}` : ''
}

const NO_VALUES: Values = {
  contact: null,
  contact_digits: null,
  text: null,
  sender: null,
  attempt_id: null,
  callback_url: null,
  validity_seconds: null,
}
