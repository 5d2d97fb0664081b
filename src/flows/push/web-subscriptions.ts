import { TidingsError, type FaultDetail } from '../../domain/errors.ts'
import type { Sealer } from '../../domain/sealed.ts'
import {
  nameOfSubscription,
  packSubscription,
  readAuth,
  readPoint,
  subscriptionPlace,
  unpackSubscription,
  type WebSubscription,
} from '../../domain/push/web-subscription.ts'
import { readWebhookUrl, type WebhookUrlRules } from '../../domain/webhooks/webhook-url.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import { readTokens, type TokenRecord } from '../../store/push/read-tokens.ts'
import { registerDevices } from '../../store/push/registry.ts'
import { inTransaction } from '../../store/transaction.ts'
import { putWebSubscription, readWebSubscriptions } from '../../store/push/web-subscriptions.ts'
import type { DeviceCall } from './device-reading.ts'
import type { Tokens } from './tokens.ts'

/** What a browser gave to its page, and what is known of the device beside; types already checked. */
export interface SubscriptionCall extends Pick<DeviceCall, 'client' | 'app' | 'locale' | 'time_zone'> {
  readonly subscription: {
    readonly endpoint: string
    readonly keys: { readonly p256dh: string; readonly auth: string }
  }
  /** The key that the page subscribed with, where it says so. */
  readonly application_server_key?: string
}

export interface WebSubscriptions {
  /** The key that browsers are to subscribe with, base64url; null: there is none. */
  readonly publicKey: string | null
  /** Enters a browser, or what has become of it. Resolves after COMMIT. Throws a TidingsError that names each fault. */
  put(call: SubscriptionCall): Promise<TokenRecord>
}

export interface WebSubscriptionsParts {
  readonly db: Db
  readonly tokens: Pick<Tokens, 'read'>
  /** Null: there is no SECRET_KEY. */
  readonly sealer: Sealer | null
  readonly publicKey: string | null
  /** Where an endpoint may lead: it is the outside's word, as a webhook's address is. */
  readonly rules: WebhookUrlRules
}

export function createWebSubscriptions(parts: WebSubscriptionsParts): WebSubscriptions {
  const { db, tokens, publicKey } = parts
  return {
    publicKey,
    async put(call) {
      const sealer = needed(parts.sealer, NO_SECRET)
      const subscription = readSubscription(call, needed(publicKey, NO_KEYS), parts.rules)
      const token = nameOfSubscription(subscription.endpoint)
      const { subscription: _, application_server_key: __, ...facts } = call
      const device = tokens.read(token, { ...facts, platform: 'web' })
      const sealed = sealer.seal(packSubscription(subscription), subscriptionPlace(token))
      return refusing(() =>
        inTransaction(db, async (client) => {
          const ids = await registerDevices(client, [device])
          const [record] = await readTokens(client, ids)
          if (record === undefined) throw new Error('a browser was not entered')
          await putWebSubscription(client, record.id, sealed)
          return record
        }),
      )
    },
  }
}

/** What the adapter asks before it sends; null: it can't be read under this SECRET_KEY. Rejects where the database does not answer. */
export async function findSubscriptions(
  db: Db,
  sealer: Pick<Sealer, 'open'> | null,
  tokens: readonly string[],
): Promise<ReadonlyMap<string, WebSubscription | null>> {
  const rows = await readWebSubscriptions(db, tokens)
  return new Map(
    rows.map(({ token, sealed }) => {
      const packed = sealer?.open(sealed, subscriptionPlace(token)) ?? null
      return [token, packed === null ? null : unpackSubscription(packed)]
    }),
  )
}

function readSubscription(call: SubscriptionCall, vapidKey: string, rules: WebhookUrlRules): WebSubscription {
  const { subscription, application_server_key: madeWith = vapidKey } = call
  const faults: FaultDetail[] = []
  const note = (path: string, problem: string, suggestion: string): void =>
    void faults.push({ path, message: `\`${path}\` ${problem}`, suggestion })
  const reading = readWebhookUrl(subscription.endpoint, rules)
  if (reading.kind === 'refused') note('subscription.endpoint', reading.problem, reading.fix)
  const [p256dh, auth] = [readPoint(subscription.keys.p256dh), readAuth(subscription.keys.auth)]
  if (p256dh === null) note('subscription.keys.p256dh', 'is no public key of P-256: 87 characters', AS_GIVEN)
  if (auth === null) note('subscription.keys.auth', 'is not 16 bytes in base64url', AS_GIVEN)
  if (withoutPadding(madeWith) !== vapidKey) {
    note('application_server_key', 'is not the key that pushes are signed with', `Subscribe with ${vapidKey}`)
  }
  if (p256dh !== null && auth !== null && reading.kind === 'url' && faults.length === 0) {
    return { endpoint: reading.url.href, p256dh, auth, vapidKey }
  }
  throw new TidingsError('invalid_request', faults.map(({ message }) => message).join('; '), { details: faults })
}

const AS_GIVEN = 'Pass on what PushSubscription.toJSON() gives, as it is'

function withoutPadding(key: string): string {
  return key
    .replace(/(?<!=)=+$/, '')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}

const NO_SECRET =
  'Subscriptions are kept sealed: that needs a SECRET_KEY on every node, the same one; `openssl rand -base64 32` makes one'
const NO_KEYS =
  'Browsers subscribe with a key: set WEBPUSH_VAPID_PUBLIC_KEY, WEBPUSH_VAPID_PRIVATE_KEY and WEBPUSH_VAPID_SUBJECT'

function needed<Value>(value: Value | null, message: string): Value {
  if (value !== null) return value
  throw new TidingsError('forbidden', message, { details: [{ path: '', message }] })
}
