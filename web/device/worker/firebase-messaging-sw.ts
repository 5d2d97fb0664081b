import { initializeApp } from '@firebase/app'
import { getMessaging, onBackgroundMessage, type MessagePayload } from '@firebase/messaging/sw'
import { dataOf, report } from './report.ts'
import { asText } from './web-push-message.ts'

declare const self: ServiceWorkerGlobalScope & {
  /** Put before this code by the server; null while no project is set. */
  readonly TIDINGS_FIREBASE?: Readonly<Record<string, string>> | null
}

/** The page that shows what arrives while it is visible. */
const PAGE = '/'

const options = self.TIDINGS_FIREBASE ?? null

// Listeners count only when they are added while the code runs for the first time.
self.addEventListener('install', () => void self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
// Before the SDK's own, which lets nobody come after it.
self.addEventListener('notificationclick', (event) => {
  event.waitUntil(Promise.all([open(event.notification), report(dataOf(event.notification.data), 'opened')]))
})
if (options !== null) {
  self.addEventListener('push', (event) => {
    event.waitUntil(Promise.all([showBesideOtherPages(event.data), report(read(event.data)?.data, 'received')]))
  })
  // The SDK waits for what this returns, which its types don't say: the worker must live until all is shown.
  const handle: (payload: MessagePayload) => unknown = onBackground
  onBackgroundMessage(getMessaging(initializeApp(options)), handle)
}

/** In the background: the SDK has shown a `notification` by now, and leaves what is data only to us. */
async function onBackground(payload: MessagePayload): Promise<void> {
  if (payload.notification === undefined) await show(payload)
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  for (const page of pages) page.postMessage({ tidings: 'shown', payload }, [])
}

/** The SDK shows nothing while any page of this origin is visible, though only one of them shows pushes. */
async function showBesideOtherPages(data: PushMessageData | null): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const visible = windows.filter((client) => client.visibilityState === 'visible')
  if (visible.length === 0 || visible.some((client) => new URL(client.url).pathname === PAGE)) return
  const payload = read(data)
  if (payload !== null) await show(payload)
}

function read(data: PushMessageData | null): Pick<MessagePayload, 'notification' | 'data'> | null {
  try {
    return (data?.json() as MessagePayload | undefined) ?? null
  } catch {
    // Not from FCM.
    return null
  }
}

async function show({ notification, data }: Pick<MessagePayload, 'notification' | 'data'>): Promise<void> {
  const title = notification?.title ?? data?.['title'] ?? 'Data message'
  const body = notification?.body ?? data?.['body'] ?? asText(data)
  await self.registration.showNotification(title, { body, data: { tidings: true, data } })
}

/** Only of what we have shown; the SDK sees to its own. */
async function open(notification: Notification): Promise<void> {
  const data: unknown = notification.data
  if (typeof data !== 'object' || data === null || !('tidings' in data)) return
  notification.close()
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const page = windows.find((client) => new URL(client.url).pathname === PAGE)
  await (page === undefined ? self.clients.openWindow(PAGE) : page.focus())
}
