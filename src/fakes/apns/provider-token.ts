import { generateKeyPairSync, verify, type KeyObject } from 'node:crypto'

/** What Apple's developer site hands out for one team. */
export interface FakeKey {
  /** PKCS #8 in PEM, as in a `.p8` file. */
  readonly key: string
  readonly keyId: string
  readonly teamId: string
}

/** Null: it is taken, and was issued then; else Apple's reason. */
export type TokenJudgement =
  { readonly issuedAtSeconds: number } | 'MissingProviderToken' | 'InvalidProviderToken' | 'ExpiredProviderToken'

export interface FakeKeys {
  readonly key: FakeKey
  judge(authorization: string | undefined): TokenJudgement
}

const HOUR_SECONDS = 3_600

/** How far a clock may be ahead; Apple publishes none. */
const FUTURE_SECONDS = 60

/** Source: Apple, "Establishing a token-based connection to APNs"; RFC 7515 and RFC 7518 §3.4 for the signature. */
export function createKeys(now: () => Date): FakeKeys {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const known = { key, keyId: 'LOOKALIKE1', teamId: 'FAKETEAM01' }
  return {
    key: known,
    judge: (authorization) => judge(authorization, known, publicKey, now()),
  }
}

function judge(
  authorization: string | undefined,
  { keyId, teamId }: FakeKey,
  publicKey: KeyObject,
  now: Date,
): TokenJudgement {
  if (authorization === undefined || authorization === '') return 'MissingProviderToken'
  const [, head = '', claims = '', signature = ''] = /^bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/i.exec(authorization) ?? []
  const signed = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  const { alg, kid } = fieldsOf(head)
  const { iss, iat } = fieldsOf(claims)
  if (!signed || alg !== 'ES256' || kid !== keyId || iss !== teamId) return 'InvalidProviderToken'
  if (typeof iat !== 'number') return 'InvalidProviderToken'
  const age = now.getTime() / 1_000 - iat
  if (age < -FUTURE_SECONDS) return 'InvalidProviderToken'
  return age > HOUR_SECONDS ? 'ExpiredProviderToken' : { issuedAtSeconds: iat }
}

function fieldsOf(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
