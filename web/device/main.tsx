import { render } from 'preact'
import '../look/look.css'
import './device.css'
import { createSettings } from '../dashboard/frame/settings.ts'
import { readBrowser } from './browser.ts'
import { createDevice, type World } from './device.ts'
import type { Payload } from './registrar.ts'
import { Page } from './page.tsx'
import { CopyButton } from './parts.tsx'
import { createReceived } from './received.ts'
import { readSettings } from './settings.ts'
import { createTestPushes } from './test-push.ts'
import { openWebPush } from './web-push.ts'
import { createWorkerStart, FIREBASE_WORKER, WEB_PUSH_WORKER } from './worker-start.ts'

/** How long Google and the push service may take together. */
const REGISTER_MS = 30_000

const settings = readSettings(document)
// Light or dark, as it was chosen on the dashboard.
createSettings(storage(), document.documentElement)
const browser = readBrowser(window)
const received = createReceived(
  () => new Date(),
  (ms, run) => void setTimeout(run, ms),
)
const testPushes = createTestPushes(
  (input, init) => fetch(input, init),
  () => performance.now(),
  () => crypto.randomUUID(),
  settings.callProject,
)

function onPush(payload: Payload, where: 'page' | 'notification'): void {
  received.add(payload, where)
  testPushes.arrived(payload.data)
}

const world: World = {
  permission: () => ('Notification' in window ? Notification.permission : null),
  askPermission: () => Notification.requestPermission(),
  onPermission(changed) {
    if (!('permissions' in navigator)) return
    navigator.permissions.query({ name: 'notifications' }).then(
      (status) => status.addEventListener('change', changed),
      // A browser that doesn't know this name needs a reload.
      () => undefined,
    )
  },
  startWorker:
    browser.missing.length === 0 && browser.secure
      ? createWorkerStart(window, settings.webPushKey === null ? FIREBASE_WORKER : WEB_PUSH_WORKER)
      : () => Promise.reject(),
  async registrar() {
    if (settings.webPushKey !== null) return openWebPush(settings.webPushKey, (input, init) => fetch(input, init))
    const { openFirebase } = await import('./firebase.ts')
    if (settings.firebase === null) throw new Error('no Firebase project is set')
    return openFirebase(settings.firebase, settings.registration, (payload) => onPush(payload, 'page'))
  },
  inTime: (work) => Promise.race([work, timeout(REGISTER_MS)]),
}

/** Null where it is forbidden: even to ask throws then. */
function storage(): Storage | null {
  try {
    return localStorage
  } catch {
    return null
  }
}

function timeout(ms: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new DOMException(`No answer within ${ms / 1000} s`, 'TimeoutError')), ms)
  })
}

if ('serviceWorker' in navigator) {
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isShown(data)) onPush(data.payload, data.tidings === 'in-page' ? 'page' : 'notification')
  })
}

/** Our own worker's word that it has shown a push, or leaves it to the page (`in-page`). */
function isShown(data: unknown): data is { readonly tidings: unknown; readonly payload: Payload } {
  return typeof data === 'object' && data !== null && 'tidings' in data && 'payload' in data
}

for (const place of document.querySelectorAll<HTMLElement>('[data-copy]')) {
  const text = document.getElementById(place.dataset['copy'] ?? '')?.textContent ?? ''
  render(<CopyButton text={text} label="line that sends an SMS" />, place)
}

const root = document.getElementById('device')
if (root !== null) {
  root.replaceChildren()
  const device = createDevice(settings, browser, world)
  render(<Page {...{ settings, browser, device, received, testPushes }} />, root)
}
