import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export interface OauthRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface OauthAnswer {
  readonly status: number
  readonly body: unknown
}

export interface Oauth {
  /** What Google's console hands out; `token_uri` points at `url`. */
  serviceAccount(url: string): Record<string, string>
  /** Null: not one of its routes. */
  answer(request: OauthRequest): OauthAnswer | null
  readonly isAlive: (accessToken: string) => boolean
  readonly revokeAll: () => void
  /** Tokens issued so far. */
  readonly issued: () => number
  /** The subject token that the exchange takes. */
  readonly subjectToken: string
}

const SCOPES = [
  'https://www.googleapis.com/auth/firebase.messaging',
  'https://www.googleapis.com/auth/cloud-platform',
] as const
const GOOGLE = 'https://oauth2.googleapis.com/token'
const METADATA = '/computeMetadata/v1'

/**
 * Google's token endpoint, its metadata server, its token exchange and its impersonation, as far as they can be told apart from
 * outside. Sources: RFC 7523, RFC 8693, AIP-4112, AIP-4115, AIP-4117.
 */
export function createOauth(projectId: string, lifeSeconds: number, now: () => Date): Oauth {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const email = `tidings@${projectId}.iam.gserviceaccount.com`
  const subjectToken = randomBytes(12).toString('hex')
  const alive = new Map<string, number>()
  let issued = 0

  function issue(): string {
    issued += 1
    const token = `ya29.look-alike-${issued}.${randomBytes(360).toString('base64url')}`
    alive.set(token, now().getTime() + lifeSeconds * 1_000)
    return token
  }
  function isAlive(token: string): boolean {
    return (alive.get(token) ?? 0) > now().getTime()
  }
  const grant = (): OauthAnswer => ({
    status: 200,
    body: { access_token: issue(), expires_in: lifeSeconds, token_type: 'Bearer' },
  })
  const routes = createRoutes({ publicPem, email, projectId, subjectToken, lifeSeconds, now, issue, isAlive, grant })
  return {
    subjectToken,
    isAlive,
    issued: () => issued,
    revokeAll: () => alive.clear(),
    answer: (request) => routes[`${request.method} ${request.path.replace(/\?.*/, '')}`]?.(request) ?? null,
    serviceAccount: (url) => ({
      type: 'service_account',
      project_id: projectId,
      private_key_id: 'look-alike-key',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      client_email: email,
      client_id: '100000000000000000001',
      token_uri: `${url}/token`,
    }),
  }
}

interface Issuer {
  readonly publicPem: string
  readonly email: string
  readonly projectId: string
  readonly subjectToken: string
  readonly lifeSeconds: number
  readonly now: () => Date
  readonly issue: () => string
  readonly isAlive: (accessToken: string) => boolean
  readonly grant: () => OauthAnswer
}

function createRoutes(issuer: Issuer): Readonly<Record<string, (request: OauthRequest) => OauthAnswer>> {
  const { now, grant } = issuer
  return {
    'POST /token': ({ body }) => {
      const form = new URLSearchParams(body)
      const fault = jwtFault(form, issuer.publicPem, issuer.email, now().getTime() / 1_000)
      return fault === null ? grant() : refusal('invalid_grant', fault)
    },
    'POST /sts/token': ({ body }) => {
      const fault = exchangeFault(new URLSearchParams(body), issuer.subjectToken)
      return fault === null ? grant() : refusal('invalid_request', fault)
    },
    'POST /impersonate': ({ headers }) => {
      if (!issuer.isAlive((headers.authorization ?? '').replace(/^Bearer /, ''))) return { status: 401, body: {} }
      const expireTime = new Date(now().getTime() + issuer.lifeSeconds * 1_000).toISOString()
      return { status: 200, body: { accessToken: issuer.issue(), expireTime } }
    },
    'GET /subject-token': () => ({ status: 200, body: { value: issuer.subjectToken } }),
    [`GET ${METADATA}/project/project-id`]: onlyGoogle(() => ({ status: 200, body: issuer.projectId })),
    [`GET ${METADATA}/instance/service-accounts/default/token`]: onlyGoogle(grant),
  }
}

function onlyGoogle(answer: () => OauthAnswer): (request: OauthRequest) => OauthAnswer {
  return ({ headers }) => (headers['metadata-flavor'] === 'Google' ? answer() : { status: 403, body: 'Forbidden' })
}

function refusal(error: string, description: string): OauthAnswer {
  return { status: 400, body: { error, error_description: description } }
}

function jwtFault(form: URLSearchParams, publicPem: string, email: string, nowSeconds: number): string | null {
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return 'Wrong grant_type'
  const [head = '', payload = '', signature = ''] = (form.get('assertion') ?? '').split('.')
  const key = createPublicKey(publicPem)
  if (!verify('sha256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))) {
    return 'Invalid JWT Signature.'
  }
  const [header, claims] = [decode(head), decode(payload)]
  if (header['alg'] !== 'RS256') return 'Wrong algorithm'
  if (claims['iss'] !== email) return 'Wrong issuer'
  if (claims['aud'] !== GOOGLE && !String(claims['aud']).endsWith('/token')) return 'Wrong audience'
  if (!String(claims['scope']).split(' ').includes(SCOPES[0])) return 'Missing scope'
  const [from, to] = [Number(claims['iat']), Number(claims['exp'])]
  const reasonable = from <= nowSeconds + 300 && to > nowSeconds && to - from <= 3_600
  return reasonable ? null : 'Invalid JWT: iat and exp are not in a reasonable timeframe'
}

function exchangeFault(form: URLSearchParams, subjectToken: string): string | null {
  const wanted: readonly (readonly [string, string | null])[] = [
    ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    ['requested_token_type', 'urn:ietf:params:oauth:token-type:access_token'],
    ['subject_token', subjectToken],
    ['subject_token_type', null],
    ['audience', null],
  ]
  const wrong = wanted.find(([name, value]) => (value === null ? !form.has(name) : form.get(name) !== value))
  if (wrong !== undefined) return `Wrong ${wrong[0]}`
  return SCOPES.some((scope) => form.get('scope')?.split(' ').includes(scope)) ? null : 'Wrong scope'
}

function decode(part: string): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
