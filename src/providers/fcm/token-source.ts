import { readFile } from 'node:fs/promises'
import { SignJWT } from 'jose'
import type { HttpAnswer, HttpCall, HttpRequest } from '../http-call.ts'
import type { Credentials, ExternalAccount, MetadataServer, ServiceAccount, SubjectSource } from './credentials.ts'

export interface Grant {
  readonly kind: 'grant'
  readonly accessToken: string
  /** From now. */
  readonly lifeMs: number
}

/** `refused`: Google knows us and says no, waiting does not help by itself. `unreachable`: no answer, or not now. */
export interface TokenProblem {
  readonly kind: 'refused' | 'unreachable'
  /** OAuth's own word or an HTTP status: `invalid_grant`, `HTTP 503`; else what happened to the link. */
  readonly code: string
  /** A sentence for the operator, without secrets. */
  readonly detail: string
}

/** Asks for a fresh access token. Never rejects for anything outside. */
export type TokenSource = (signal: AbortSignal) => Promise<Grant | TokenProblem>

export interface SourceParts {
  readonly call: HttpCall
  readonly now: () => Date
}

const MESSAGING_SCOPE = 'https://www.googleapis.com/auth/firebase.messaging'
const PLATFORM_SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const JSON_TYPE = { 'content-type': 'application/json' }

export function createTokenSource(credentials: Credentials, parts: SourceParts): TokenSource {
  switch (credentials.kind) {
    case 'service-account':
      return (signal) => askWithJwt(credentials, parts, signal)
    case 'metadata':
      return (signal) => askMetadata(credentials, parts, signal)
    case 'external-account':
      return (signal) => askExchange(credentials, parts, signal)
  }
}

/** The project the metadata server's machine belongs to; null where it can't be told now. */
export async function askProjectId(
  server: MetadataServer,
  call: HttpCall,
  signal: AbortSignal,
): Promise<string | null> {
  const url = `${server.baseUrl}/computeMetadata/v1/project/project-id`
  const answer = await call.send({ method: 'GET', url, headers: GOOGLE_FLAVOR, body: null }, signal)
  return answer.kind === 'answer' && answer.status === 200 ? answer.body.toString().trim() : null
}

const GOOGLE_FLAVOR = { 'metadata-flavor': 'Google' }

/** Source: developers.google.com/identity/protocols/oauth2/service-account; a claim may live an hour at most. */
async function askWithJwt(
  account: ServiceAccount,
  parts: SourceParts,
  signal: AbortSignal,
): Promise<Grant | TokenProblem> {
  const issuedAt = Math.floor(parts.now().getTime() / 1_000)
  const assertion = await new SignJWT({ scope: MESSAGING_SCOPE })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(account.keyId === null ? {} : { kid: account.keyId }) })
    .setIssuer(account.email)
    .setAudience(account.tokenUrl)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 3_600)
    .sign(account.key)
  const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }
  return askToken({ method: 'POST', url: account.tokenUrl, headers: FORM, body: toForm(form) }, parts, signal)
}

/** Source: google.aip.dev/auth/4115. */
function askMetadata(server: MetadataServer, parts: SourceParts, signal: AbortSignal): Promise<Grant | TokenProblem> {
  const scope = encodeURIComponent(MESSAGING_SCOPE)
  const url = `${server.baseUrl}/computeMetadata/v1/instance/service-accounts/default/token?scopes=${scope}`
  return askToken({ method: 'GET', url, headers: GOOGLE_FLAVOR, body: null }, parts, signal)
}

/** Source: google.aip.dev/auth/4117, RFC 8693 §2.1. */
async function askExchange(
  account: ExternalAccount,
  parts: SourceParts,
  signal: AbortSignal,
): Promise<Grant | TokenProblem> {
  const subject = await readSubjectToken(account.subject, parts.call, signal)
  if (typeof subject !== 'string') return subject
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: account.audience,
    scope: account.impersonationUrl === null ? MESSAGING_SCOPE : PLATFORM_SCOPE,
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token: subject,
    subject_token_type: account.subjectTokenType,
  }
  const headers = account.client === null ? FORM : { ...FORM, authorization: basic(account.client) }
  const exchanged = await askToken(
    { method: 'POST', url: account.tokenUrl, headers, body: toForm(form) },
    parts,
    signal,
  )
  if (exchanged.kind !== 'grant' || account.impersonationUrl === null) return exchanged
  return impersonate(account.impersonationUrl, account.lifetimeSeconds, exchanged.accessToken, parts, signal)
}

async function impersonate(
  url: string,
  lifetimeSeconds: number,
  accessToken: string,
  parts: SourceParts,
  signal: AbortSignal,
): Promise<Grant | TokenProblem> {
  const headers = { ...JSON_TYPE, authorization: `Bearer ${accessToken}` }
  const body = JSON.stringify({ scope: [MESSAGING_SCOPE], lifetime: `${lifetimeSeconds}s` })
  const answer = await parts.call.send({ method: 'POST', url, headers, body }, signal)
  if (answer.kind === 'fault') return unreachable(answer.reason, 'the impersonation endpoint')
  if (answer.status !== 200) return refusal(answer, parts.now())
  const { accessToken: impersonated, expireTime } = readJson(answer.body)
  const lifeMs = Date.parse(String(expireTime)) - parts.now().getTime()
  if (typeof impersonated !== 'string' || Number.isNaN(lifeMs))
    return unreachable('bad_answer', 'the impersonation endpoint')
  return { kind: 'grant', accessToken: impersonated, lifeMs }
}

async function askToken(request: HttpRequest, parts: SourceParts, signal: AbortSignal): Promise<Grant | TokenProblem> {
  const answer = await parts.call.send(request, signal)
  const place = `the token endpoint at ${new URL(request.url).host}`
  if (answer.kind === 'fault') return unreachable(answer.reason, place)
  if (answer.status !== 200) return refusal(answer, parts.now())
  const { access_token: accessToken, expires_in: seconds } = readJson(answer.body)
  if (typeof accessToken !== 'string' || accessToken === '') return unreachable('bad_answer', place)
  return { kind: 'grant', accessToken, lifeMs: (typeof seconds === 'number' ? seconds : 3_600) * 1_000 }
}

async function readSubjectToken(
  source: SubjectSource,
  call: HttpCall,
  signal: AbortSignal,
): Promise<string | TokenProblem> {
  const text =
    source.kind === 'file' ? await readFile(source.path, 'utf8').catch(() => null) : await get(source, call, signal)
  if (text === null)
    return {
      kind: 'unreachable',
      code: 'subject_token',
      detail: `the subject token's ${source.kind} could not be read`,
    }
  if (source.field === null) return text.trim()
  const token = readJson(Buffer.from(text))[source.field]
  if (typeof token === 'string') return token
  return {
    kind: 'unreachable',
    code: 'subject_token',
    detail: `the subject token's ${source.kind} has no field ${source.field}`,
  }
}

async function get(
  source: Extract<SubjectSource, { kind: 'url' }>,
  call: HttpCall,
  signal: AbortSignal,
): Promise<string | null> {
  const answer = await call.send({ method: 'GET', url: source.url, headers: source.headers, body: null }, signal)
  return answer.kind === 'answer' && answer.status === 200 ? answer.body.toString() : null
}

function unreachable(code: string, place: string): TokenProblem {
  return { kind: 'unreachable', code, detail: `${place} gave no token (${code})` }
}

/** Only 400, 401 and 403 are a judgement on our credentials. */
function refusal(answer: HttpAnswer, now: Date): TokenProblem {
  const { error, error_description: description } = readJson(answer.body)
  const code = typeof error === 'string' ? error : `HTTP ${answer.status}`
  if (![400, 401, 403].includes(answer.status))
    return { kind: 'unreachable', code, detail: `Google answered ${answer.status}` }
  const said = typeof description === 'string' ? `: ${description.slice(0, 200)}` : ''
  return { kind: 'refused', code, detail: `Google refused the credentials, ${code}${said}${clockHint(answer, now)}` }
}

/** A signed claim is refused when this machine's clock is off; Google's own is in the answer. */
function clockHint(answer: HttpAnswer, now: Date): string {
  const aheadSeconds = Math.round((now.getTime() - Date.parse(answer.headers['date'] ?? '')) / 1_000)
  if (Number.isNaN(aheadSeconds) || Math.abs(aheadSeconds) < 60) return ''
  const which = aheadSeconds > 0 ? 'ahead of' : 'behind'
  return ` (this machine's clock is ${Math.abs(aheadSeconds)} s ${which} Google's)`
}

function readJson(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function toForm(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString()
}

function basic({ id, secret }: { readonly id: string; readonly secret: string }): string {
  return `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`
}
