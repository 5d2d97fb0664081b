import { readPoint } from '../domain/push/web-subscription.ts'
import { publicKeyOf } from '../providers/webpush/vapid.ts'
import { given, type ConfigFault, type Env, type Read, type Reading } from './config-reading.ts'

/** Pushes to browsers without Firebase. */
export interface WebPushConfig {
  /** Null: none are set; with the embedded Postgres there is a pair in `dataDir`. */
  readonly keys: { readonly publicKey: string; readonly privateKey: string } | null
  /** Null: pushes to browsers are captured. */
  readonly subject: string | null
}

/** `PUSH_PROVIDER=sandbox` captures these, too; browsers can register all the same. */
export function readWebPush(read: Read, env: Env): Reading<WebPushConfig> & { readonly value: WebPushConfig } {
  const [publicKey, privateKey] = [read('WEBPUSH_VAPID_PUBLIC_KEY'), read('WEBPUSH_VAPID_PRIVATE_KEY')]
  const subject = read('WEBPUSH_VAPID_SUBJECT')
  const faults = [...keyFaults(publicKey, privateKey), ...subjectFaults(subject, publicKey, isOwnDatabase(env))]
  const keys = publicKey === null || privateKey === null || faults.length > 0 ? null : { publicKey, privateKey }
  return { value: { keys, subject: read('PUSH_PROVIDER') === 'sandbox' ? null : subject }, faults }
}

function isOwnDatabase(env: Env): boolean {
  return given(env, 'DATABASE_URL') !== null || given(env, 'PGHOST') !== null
}

const HOW = 'Both halves come from one pair: `npx web-push generate-vapid-keys` makes one.'

function keyFaults(publicKey: string | null, privateKey: string | null): readonly ConfigFault[] {
  if (publicKey === null && privateKey === null) return []
  if (publicKey === null) return [{ variable: 'WEBPUSH_VAPID_PUBLIC_KEY', problem: MISSING_HALF, fix: HOW }]
  if (privateKey === null) return [{ variable: 'WEBPUSH_VAPID_PRIVATE_KEY', problem: MISSING_HALF, fix: HOW }]
  const isPoint = readPoint(publicKey)?.toString('base64url') === publicKey
  if (!isPoint) {
    const problem = 'is no public key in base64url: those have 87 characters, and the first is B'
    return [{ variable: 'WEBPUSH_VAPID_PUBLIC_KEY', problem, fix: HOW }]
  }
  const belongs = publicKeyOf(privateKey)
  if (belongs === publicKey) return []
  const problem = belongs === null ? 'is no private key: those have 43 characters' : 'belongs to another public key'
  return [{ variable: 'WEBPUSH_VAPID_PRIVATE_KEY', problem, fix: HOW }]
}

const MISSING_HALF = 'is missing, while the other half of the pair is set'

/** Source: RFC 8292 §2.1; Apple takes no push without one. */
function subjectFaults(subject: string | null, publicKey: string | null, isOwn: boolean): readonly ConfigFault[] {
  const variable = 'WEBPUSH_VAPID_SUBJECT'
  if (subject === null) {
    if (publicKey === null) return []
    const fix = 'Write it like `mailto:push@example.com`: push services write there when something is wrong.'
    return [{ variable, problem: 'is missing, while WEBPUSH_VAPID_PUBLIC_KEY is set', fix }]
  }
  if (!isContact(subject)) {
    const problem = `\`${subject}\` is neither mailto: with an address nor an https address`
    return [{ variable, problem, fix: 'Write it like `mailto:push@example.com`.' }]
  }
  if (publicKey !== null || !isOwn) return []
  const problem = 'is missing, while WEBPUSH_VAPID_SUBJECT is set and the database is one of yours'
  return [{ variable: 'WEBPUSH_VAPID_PUBLIC_KEY', problem, fix: HOW }]
}

function isContact(subject: string): boolean {
  return /^mailto:[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(subject) || /^https:\/\/[^\s/]+\.[^\s/]+/.test(subject)
}
