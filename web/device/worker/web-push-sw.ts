import { dataOf, report } from './report.ts'
import { linkOf, readPayload, toShown, type WebPushPayload } from './web-push-message.ts'

declare const self: ServiceWorkerGlobalScope

/** The page that shows what arrives while it is visible. */
const PAGE = '/'

// Listeners count only when they are added while the code runs for the first time.
self.addEventListener('install', () => void self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('push', (event) => event.waitUntil(receive(event.data?.text() ?? '')))
self.addEventListener('notificationclick', (event) => {
  event.waitUntil(Promise.all([open(event.notification), report(dataOf(event.notification.data), 'opened')]))
})

async function receive(text: string): Promise<void> {
  const payload = readPayload(text)
  if (payload === null) return self.registration.showNotification('Push', { body: 'It is none of Tidings’.' })
  const told = report(payload.data, 'received')
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const isSeen = windows.some((one) => one.visibilityState === 'visible' && new URL(one.url).pathname === PAGE)
  if (!isSeen) await show(payload)
  for (const page of windows) page.postMessage({ tidings: isSeen ? 'in-page' : 'shown', payload }, [])
  await told
}

async function show(payload: WebPushPayload): Promise<void> {
  const { title, options } = toShown(payload)
  await self.registration.showNotification(title, options)
}

async function open(notification: Notification): Promise<void> {
  notification.close()
  const link = linkOf(notification.data)
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const page = windows.find((one) => new URL(one.url).pathname === PAGE)
  if (link === null && page !== undefined) await page.focus()
  else await self.clients.openWindow(link ?? PAGE)
}
