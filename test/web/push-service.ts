import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { until } from '../support/until.ts'

/** Bytes that are always the same ones: other keys on a reload would be another subscription, and another token. */
const KEYS = {
  p256dh: [4, ...Array.from({ length: 64 }, (_, index) => index + 1)],
  auth: Array.from({ length: 16 }, () => 7),
}

/**
 * A browser's push service, which Chromium lacks without Google's own keys: `subscribe` gives a subscription with fixed keys,
 * and it is still there after a reload. `fault` names a DOMException for `subscribe` instead.
 */
export async function standInForPushService(context: BrowserContext, fault?: readonly [string, string]): Promise<void> {
  await context.addInitScript({
    content: `(() => {
      if (!('PushManager' in globalThis)) return
      const keys = ${JSON.stringify(KEYS)}
      const fault = ${JSON.stringify(fault ?? null)}
      const subscription = (key) => ({
        endpoint: 'https://push.example/send/1',
        options: { userVisibleOnly: true, applicationServerKey: Uint8Array.from(key).buffer },
        getKey: (name) => Uint8Array.from(keys[name]).buffer,
        unsubscribe: async () => { localStorage.removeItem('subscribed'); return true },
      })
      PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
        if (fault !== null) throw new DOMException(fault[1], fault[0])
        const key = [...new Uint8Array(applicationServerKey)]
        localStorage.setItem('subscribed', JSON.stringify(key))
        return subscription(key)
      }
      PushManager.prototype.getSubscription = async () => {
        const key = localStorage.getItem('subscribed')
        return key === null ? null : subscription(JSON.parse(key))
      }
    })()`,
  })
}

/** A browser under load takes its time to start, and to wake a worker. */
export const BROWSER_MS = 60_000

export interface Shown {
  readonly title: string
  readonly body: string
}

/** Delivers what a push service would, through the browser's own developer tools, which also tell what came of it. */
export interface PushDelivery {
  /** Resolves when the worker has finished with it. */
  deliver(payload: object): Promise<void>
  /** The notifications that the browser has shown, in order. */
  shown(): readonly Shown[]
}

interface WorkerRegistrations {
  readonly registrations: readonly {
    readonly registrationId: string
    readonly scopeURL: string
    readonly isDeleted: boolean
  }[]
}

interface BackgroundEvent {
  readonly backgroundServiceEvent: {
    readonly eventName: string
    readonly eventMetadata: readonly { readonly key: string; readonly value: string }[]
  }
}

/** `page` must be of the origin at this moment; it may go elsewhere later. */
export async function openPushDelivery(context: BrowserContext, page: Page): Promise<PushDelivery> {
  const { origin } = new URL(page.url())
  const session: CDPSession = await context.newCDPSession(page)
  const found: string[] = []
  const shown: Shown[] = []
  let finished = 0
  session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }: WorkerRegistrations) => {
    for (const { registrationId, scopeURL, isDeleted } of registrations) {
      if (!isDeleted && scopeURL.startsWith(origin)) found.push(registrationId)
    }
  })
  // Not `getNotifications()`: asked while one is being shown, Chromium forgets that one.
  session.on('BackgroundService.backgroundServiceEventReceived', ({ backgroundServiceEvent }: BackgroundEvent) => {
    const { eventName, eventMetadata } = backgroundServiceEvent
    const valueOf = (name: string): string => eventMetadata.find(({ key }) => key === name)?.value ?? ''
    if (eventName === 'Notification displayed') shown.push({ title: valueOf('Title'), body: valueOf('Body') })
    if (eventName === 'Push event completed') finished += 1
  })
  await session.send('ServiceWorker.enable')
  for (const service of ['notifications', 'pushMessaging'] as const) {
    await session.send('BackgroundService.startObserving', { service })
    await session.send('BackgroundService.setRecording', { shouldRecord: true, service })
  }
  const registrationId = await until(() => found.at(-1), BROWSER_MS)
  return {
    async deliver(payload) {
      const before = finished
      await session.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data: JSON.stringify(payload) })
      await until(() => finished > before, BROWSER_MS)
    },
    shown: () => shown,
  }
}

/** Leads the page away, and resolves when the worker sees none of this origin any more. */
export async function closeToWorker(context: BrowserContext, page: Page): Promise<void> {
  await page.goto('about:blank')
  const worker = await until(() => context.serviceWorkers()[0], BROWSER_MS)
  const windows = `clients.matchAll({ type: 'window', includeUncontrolled: true }).then((all) => all.length)`
  await until(async () => (await worker.evaluate<number>(windows)) === 0, BROWSER_MS)
}
