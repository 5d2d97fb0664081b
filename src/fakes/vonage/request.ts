import type { SeenRequest } from '../provider-server.ts'
import { sign, SIGNATURE_METHODS } from './signature.ts'

export interface Credentials {
  readonly apiKey: string
  readonly apiSecret: string
  readonly signatureSecret: string
}

/** The parameters of a request, from its query and its body, be that a form or JSON. */
export function parametersOf({ path, headers, body }: SeenRequest): Readonly<Record<string, string>> {
  const query = new URLSearchParams(path.split('?')[1] ?? '')
  const isJson = (headers['content-type'] ?? '').includes('json')
  return { ...Object.fromEntries(query), ...(isJson ? textsOf(body) : Object.fromEntries(new URLSearchParams(body))) }
}

/** Null: they hold. Else the status and what the real one says with it. */
export function refusalOf(
  request: SeenRequest,
  parameters: Readonly<Record<string, string>>,
  known: Credentials,
): { readonly status: string; readonly text: string } | null {
  const basic = `Basic ${Buffer.from(`${known.apiKey}:${known.apiSecret}`).toString('base64')}`
  if (request.headers.authorization !== undefined) return request.headers.authorization === basic ? null : BAD
  if (parameters['api_key'] !== known.apiKey) return BAD
  if (parameters['sig'] === undefined) return parameters['api_secret'] === known.apiSecret ? null : BAD
  const { sig = '', ...signed } = parameters
  const right = SIGNATURE_METHODS.some((method) => sign(signed, known.signatureSecret, method) === sig.toLowerCase())
  return right ? null : { status: '14', text: 'Invalid Signature' }
}

const BAD = { status: '4', text: 'Bad Credentials' }

function textsOf(body: string): Record<string, string> {
  const json = parse(body)
  if (typeof json !== 'object' || json === null) return {}
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, String(value)]))
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
