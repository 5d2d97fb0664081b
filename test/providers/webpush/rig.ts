import { performance } from 'node:perf_hooks'
import webPush from 'web-push'
import { readCidr } from '../../../src/domain/public-address.ts'
import type { PushProvider } from '../../../src/domain/provider.ts'
import { nameOfSubscription, type WebSubscription } from '../../../src/domain/push/web-subscription.ts'
import type { FakeSubscription } from '../../../src/fakes/webpush/subscriptions.ts'
import { createGuard } from '../../../src/outbound/guard.ts'
import { createNames } from '../../../src/outbound/names.ts'
import { createHttpCall } from '../../../src/providers/http-call.ts'
import { createWebPush, type WebPushParts } from '../../../src/providers/webpush/provider.ts'

export const KEYS = { ...webPush.generateVAPIDKeys(), subject: 'mailto:push@example.com' }

export interface Rig {
  readonly provider: PushProvider
  readonly refusing: string[]
  /** The address of a browser, as it is stored. */
  add(subscription: FakeSubscription, more?: Partial<WebSubscription>): string
}

export interface RigOptions extends Partial<WebPushParts> {
  readonly trust?: readonly string[]
  readonly allowed?: readonly string[]
  readonly totalMs?: number
}

/** The provider as it is wired, but for the database. */
export function openRig({ trust = [], allowed = ['127.0.0.1'], totalMs = 15_000, ...parts }: RigOptions = {}): Rig {
  const known = new Map<string, WebSubscription | null>()
  const refusing: string[] = []
  const allowedPrivate = allowed.map(readCidr).filter((cidr) => cidr !== null)
  const findAddresses = createNames({ servers: null, askMachine: true })
  const own = { ownAddresses: () => [], ownPorts: () => [] }
  const connect = createGuard({ allowedPrivate, findAddresses, ...own, trust }, 3_000)
  const provider = createWebPush(KEYS, {
    call: createHttpCall({ connections: 64, connect, totalMs }),
    find: async (names) => new Map([...known].filter(([name]) => names.includes(name))),
    now: () => new Date(),
    monotonic: () => performance.now(),
    onRefusing: (origin) => void refusing.push(origin),
    ...parts,
  })
  return {
    provider,
    refusing,
    add(subscription, more = {}) {
      const name = nameOfSubscription(subscription.endpoint)
      known.set(name, { ...toSubscription(subscription), ...more })
      return name
    },
  }
}

/** Made with our key. */
export function toSubscription({ endpoint, keys }: FakeSubscription): WebSubscription {
  const [p256dh, auth] = [Buffer.from(keys.p256dh, 'base64url'), Buffer.from(keys.auth, 'base64url')]
  return { endpoint, p256dh, auth, vapidKey: KEYS.publicKey }
}
