import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readUrl } from '../../domain/url.ts'

export interface ServiceAccount {
  readonly kind: 'service-account'
  readonly projectId: string
  readonly email: string
  readonly keyId: string | null
  readonly key: KeyObject
  /** Where the signed claim is exchanged. */
  readonly tokenUrl: string
}

/** Google's metadata server, which gives tokens to what runs on its machines. */
export interface MetadataServer {
  readonly kind: 'metadata'
  /** Null: asked of the server. */
  readonly projectId: string | null
  /** `http://metadata.google.internal` unless said, without a trailing slash. */
  readonly baseUrl: string
}

/** Workload identity federation: a token of somebody else is exchanged for Google's. Source: google.aip.dev/auth/4117. */
export interface ExternalAccount {
  readonly kind: 'external-account'
  readonly projectId: string | null
  readonly audience: string
  readonly subjectTokenType: string
  readonly tokenUrl: string
  readonly subject: SubjectSource
  /** Null: the exchanged token is used as it is. */
  readonly impersonationUrl: string | null
  readonly lifetimeSeconds: number
  readonly client: { readonly id: string; readonly secret: string } | null
}

export type SubjectSource = { readonly field: string | null } & (
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string; readonly headers: Readonly<Record<string, string>> }
)

export type Credentials = ServiceAccount | MetadataServer | ExternalAccount

export type CredentialsReading =
  | { readonly kind: 'credentials'; readonly credentials: Credentials }
  | { readonly kind: 'problem'; readonly problem: string }

type Json = Readonly<Record<string, unknown>>

const METADATA_SERVER = 'http://metadata.google.internal'

/**
 * Reads a service account's or an external account's JSON; null stands for the metadata server.
 * A problem is a sentence for whoever configured it and holds nothing secret.
 */
export function readCredentials(json: Json | null, metadataUrl: string = METADATA_SERVER): CredentialsReading {
  if (json === null)
    return { kind: 'credentials', credentials: { kind: 'metadata', projectId: null, baseUrl: metadataUrl } }
  switch (json['type']) {
    case 'service_account':
      return readServiceAccount(json)
    case 'external_account':
      return readExternalAccount(json)
    case 'authorized_user':
      return problem('these are the credentials of a person; FCM needs a service account')
    default:
      return problem('its "type" is neither service_account nor external_account')
  }
}

function readServiceAccount(json: Json): CredentialsReading {
  const [projectId, email, pem] = [
    textOf(json['project_id']),
    textOf(json['client_email']),
    textOf(json['private_key']),
  ]
  const tokenUrl = textOf(json['token_uri']) ?? 'https://oauth2.googleapis.com/token'
  if (projectId === null || email === null || pem === null) {
    return problem('a service account needs project_id, client_email and private_key')
  }
  if (!isWebUrl(tokenUrl)) return problem('its token_uri is not a URL')
  const key = readKey(pem)
  if (key === null) return problem('its private_key is not an RSA key in PEM')
  const keyId = textOf(json['private_key_id'])
  return { kind: 'credentials', credentials: { kind: 'service-account', projectId, email, keyId, key, tokenUrl } }
}

function readExternalAccount(json: Json): CredentialsReading {
  const [audience, type, tokenUrl] = [json['audience'], json['subject_token_type'], json['token_url']].map(textOf)
  if (!audience || !type || !tokenUrl) {
    return problem('an external account needs audience, subject_token_type and token_url')
  }
  const subject = readSubject(objectOf(json['credential_source']))
  if (typeof subject === 'string') return problem(subject)
  const impersonationUrl = textOf(json['service_account_impersonation_url'])
  const lifetime = objectOf(json['service_account_impersonation'])['token_lifetime_seconds']
  const [id, secret] = [textOf(json['client_id']), textOf(json['client_secret'])]
  const credentials: ExternalAccount = {
    kind: 'external-account',
    projectId: textOf(json['project_id']) ?? textOf(json['quota_project_id']) ?? projectOf(impersonationUrl),
    audience,
    subjectTokenType: type,
    tokenUrl,
    subject,
    impersonationUrl,
    lifetimeSeconds: typeof lifetime === 'number' ? lifetime : 3_600,
    client: id === null || secret === null ? null : { id, secret },
  }
  return { kind: 'credentials', credentials }
}

/** A string is what is wrong with it. */
function readSubject(source: Json): SubjectSource | string {
  if (source['environment_id'] !== undefined) {
    return 'an external account on AWS is not supported; use a file- or url-sourced one, or a service account'
  }
  const format = objectOf(source['format'])
  const field = format['type'] === 'json' ? (textOf(format['subject_token_field_name']) ?? 'access_token') : null
  const [path, url] = [textOf(source['file']), textOf(source['url'])]
  if (path !== null) return { kind: 'file', path, field }
  if (url === null || !isWebUrl(url))
    return 'its credential_source has neither a file nor a url; other sources are not supported'
  const headers = Object.entries(objectOf(source['headers'])).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ])
  return { kind: 'url', url, headers: Object.fromEntries(headers) as Record<string, string>, field }
}

/** The address of an impersonated service account names its project: `…/NAME@PROJECT.iam.gserviceaccount.com:generateAccessToken`. */
function projectOf(impersonationUrl: string | null): string | null {
  return /@([a-z0-9-]+)\.iam\.gserviceaccount\.com/.exec(impersonationUrl ?? '')?.[1] ?? null
}

function readKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyType === 'rsa' ? key : null
  } catch {
    return null
  }
}

function problem(text: string): CredentialsReading {
  return { kind: 'problem', problem: text }
}

function isWebUrl(text: string): boolean {
  return /^https?:$/.test(readUrl(text)?.protocol ?? '')
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
