import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { DeviceKeys } from '../../src/http/device.ts'
import type { HttpParts, Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createStandIns, type Recorded } from '../http/stand-ins.ts'
import { ROOT } from '../support/documents.ts'
import { standInForGoogle, type Google } from './google.ts'
import { BROWSER_MS, standInForPushService } from './push-service.ts'

/** The base point of P-256, uncompressed: a public key as good as any. Source: SEC 2 §2.4.2. */
const VAPID_KEY = Buffer.from(
  '04' +
    '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
    '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  'hex',
).toString('base64url')

const KEYS: DeviceKeys = {
  apiKey: 'AIza-test',
  projectId: 'parcels',
  appId: '1:123456789012:web:0123456789abcdef',
  messagingSenderId: '123456789012',
  vapidKey: VAPID_KEY,
  registration: 'token',
}

/** The same, as an operator sets it. */
export const ENVIRONMENT = {
  FIREBASE_API_KEY: 'AIza-test',
  FIREBASE_PROJECT_ID: 'parcels',
  FIREBASE_APP_ID: '1:123456789012:web:0123456789abcdef',
  FIREBASE_MESSAGING_SENDER_ID: '123456789012',
  FIREBASE_VAPID_KEY: VAPID_KEY,
}

/** As FCM makes them: letters, digits, colon, hyphen, underscore. */
export const TOKEN =
  'dEv1ce-T0ken_0123456789:APA91b-fictional_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789_abcdef'

export function buildPages(): void {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] })
}

export interface Served {
  readonly app: Server
  /** `http://localhost:40123` */
  readonly url: string
  readonly vapidKey: string
  /** What the API was asked to send. */
  readonly recorded: Recorded
}

/** The routes, with stand-ins behind them, on a port of their own. */
export async function servePages(keys: Partial<DeviceKeys> = {}, more: Partial<HttpParts> = {}): Promise<Served> {
  const device = { keys: { ...KEYS, ...keys }, pushProject: null, callProject: null, webPushKey: null }
  const pages = join(ROOT, 'dist/web')
  const { parts, recorded } = createStandIns({ pages, device, ...more })
  const app = createServer(parts)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return { app, url: url.replace('127.0.0.1', 'localhost'), vapidKey: VAPID_KEY, recorded }
}

export interface StageOptions {
  readonly url: string
  /** What the browser says of notifications before anybody is asked, and what a person answers. */
  readonly permission?: 'granted' | 'denied' | 'default'
  readonly answer?: 'granted' | 'denied' | 'default'
  readonly alsoGranted?: readonly string[]
  readonly pushFault?: readonly [string, string]
  /** The page's time passes when the test says so, beside passing by itself. */
  readonly ownClock?: boolean
  /** What Google gives out. */
  readonly token?: string
  /** From the very first call on. */
  readonly google?: Partial<Pick<Google, 'installations' | 'registrations'>>
  readonly context?: NonNullable<Parameters<Browser['newContext']>[0]>
  /** Runs in each page before all else. */
  readonly before?: string
}

export interface Stage {
  readonly context: BrowserContext
  readonly page: Page
  readonly google: Google
  /** Everything the browser asked a host for that is neither ours nor one of Google's two. */
  readonly elsewhere: readonly string[]
  /** Errors and warnings of the console, and refusals by the policy. */
  readonly complaints: readonly string[]
}

/** A fresh profile in front of the page, with a push service and Google's two hosts of our own. */
export async function openStage(browser: Browser, options: StageOptions): Promise<Stage> {
  const { url, permission = 'granted' } = options
  // What moves is judged where it comes to rest.
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options.context })
  const elsewhere: string[] = []
  const complaints: string[] = []
  await context.route(
    (asked) => asked.origin !== new URL(url).origin,
    (route) => {
      elsewhere.push(route.request().url())
      return route.abort()
    },
  )
  const google = await standInForGoogle(context, options.token ?? TOKEN)
  Object.assign(google, options.google)
  await standInForPushService(context, options.pushFault)
  // What is not in the list is denied.
  const granted = [...(permission === 'denied' ? [] : ['notifications']), ...(options.alsoGranted ?? [])]
  await context.grantPermissions(granted, { origin: url })
  if (permission === 'default') await context.addInitScript({ content: undecided(options.answer ?? 'granted') })
  if (options.before !== undefined) await context.addInitScript({ content: options.before })
  const page = await context.newPage()
  page.setDefaultTimeout(BROWSER_MS)
  if (options.ownClock === true) await page.clock.install()
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(url)
  return { context, page, google, elsewhere, complaints }
}

/** Headless, nobody can be asked: a person's answer is put in the place of the question. Kept over reloads. */
function undecided(answer: string): string {
  return `(() => {
    if (!('Notification' in globalThis)) return
    const state = () => localStorage.getItem('answer') ?? 'default'
    Object.defineProperty(Notification, 'permission', { get: state })
    Notification.requestPermission = async () => {
      if (!navigator.userActivation.isActive) throw new Error('asked without a click')
      localStorage.setItem('answer', ${JSON.stringify(answer)})
      return state()
    }
  })()`
}
