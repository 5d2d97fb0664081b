import type { DeviceSettings } from '../../src/contract/device.ts'
import type { Browser, BrowserKind } from './browser.ts'

export type CheckName = 'secure' | 'worker' | 'permission' | 'keys' | 'registration'

/** Why this browser has no address. What stands between backticks is shown as code. */
export interface Problem {
  /** The first check that fails. */
  readonly check: CheckName
  /** The page's headline. */
  readonly title: string
  readonly lead: string
  /** One step each. */
  readonly fix: readonly string[]
  /** To the letter. */
  readonly answer: { readonly from: string; readonly text: string } | null
  /** Nothing has to be changed here for another try to make sense. */
  readonly again: boolean
}

/** What is known to be in the way before anybody is asked for anything; null: nothing. */
export function foreseen(settings: DeviceSettings, browser: Browser): Problem | null {
  if (!browser.secure) return insecure(settings, browser)
  if (browser.missing.length > 0) return unsupported(browser)
  return settings.faults.length > 0 ? unconfigured(settings) : null
}

function insecure({ publicUrl }: DeviceSettings, { origin, port }: Browser): Problem {
  const local = `http://localhost:${port === '' ? '80' : port}`
  return {
    check: 'secure',
    title: 'This page isn’t secure, so the browser gives it no push.',
    lead: `Service workers and notifications need HTTPS, or localhost. This page came from \`${origin}\`.`,
    fix: [
      `On the machine that Tidings runs on, open \`${local}\`.`,
      `From another machine: \`ssh -L ${port}:localhost:${port} <host>\`, then open \`${local}\`.`,
      publicUrl?.startsWith('https:') === true
        ? `Or open \`${publicUrl}\`.`
        : 'Or put Tidings behind a proxy that speaks HTTPS, and set `PUBLIC_URL`.',
    ],
    answer: null,
    again: false,
  }
}

function unsupported({ kind, standalone, missing }: Browser): Problem {
  const common = { check: 'worker', answer: null, again: false } as const
  if (kind === 'ios' && !standalone) {
    return {
      ...common,
      title: 'On an iPhone or iPad, push works from the Home Screen.',
      lead: 'iOS 16.4 and later give push only to pages that were added there.',
      fix: ['Tap Share, then Add to Home Screen.', 'Open Tidings from its icon, and register there.'],
    }
  }
  return {
    ...common,
    title: 'This browser can’t receive pushes here.',
    lead: `It lacks ${listOf(missing)}.`,
    fix: ['Leave the private window, if this is one.', 'Or use a current Chrome, Edge, Firefox, or Safari 16.4.'],
  }
}

export const CONSOLE_APP = 'Firebase console › Project settings › General › Your apps › a web app'
export const CONSOLE_VAPID = 'Firebase console › Project settings › Cloud Messaging › Web Push certificates'

function unconfigured({ faults }: DeviceSettings): Problem {
  const missing = faults.filter((fault) => fault.problem === 'missing').map((fault) => fault.variable)
  const wrong = faults.filter((fault) => fault.problem !== 'missing')
  const names = faults.map((fault) => fault.variable)
  const common = { check: 'keys', answer: null, again: false } as const
  const where = [
    ...(names.some((name) => name !== 'FIREBASE_VAPID_KEY') ? [`Take the web app’s values from ${CONSOLE_APP}.`] : []),
    ...(names.includes('FIREBASE_VAPID_KEY') ? [`Take the key pair’s public key from ${CONSOLE_VAPID}.`] : []),
    'Put them into `.env` or the environment, and start Tidings again.',
  ]
  if (missing.length === 5) {
    return {
      ...common,
      title: 'This browser has no address yet.',
      lead: 'A registration token is where FCM delivers pushes. To get one, this page needs five public values of a Firebase project. Everything else works without them.',
      fix: where,
    }
  }
  return {
    ...common,
    title: missing.length > 0 ? `${capital(listOf(missing))} ${isOrAre(missing)} missing.` : sentence(wrong),
    lead: missing.length > 0 ? wrong.map((fault) => sentence([fault])).join(' ') : '',
    fix: where,
  }
}

/** Asked, and not allowed. */
export function notAllowed(permission: NotificationPermission, kind: BrowserKind): Problem {
  const common = { check: 'permission', answer: null } as const
  if (permission === 'default') {
    return {
      ...common,
      title: 'The question was closed without an answer.',
      lead: 'Without your yes the browser keeps notifications from this page.',
      fix: ['Press the button again, and choose Allow.'],
      again: true,
    }
  }
  return {
    ...common,
    title: 'Notifications are blocked for this page.',
    lead: 'The browser was told no, here or for all pages. Only you can take that back; this page goes on by itself when you do.',
    fix: UNDO[kind],
    again: false,
  }
}

const UNDO: Readonly<Record<BrowserKind, readonly string[]>> = {
  chromium: [
    'Press the icon left of the address, and set Notifications to Allow (or Reset).',
    'If there is none: Settings › Privacy and security › Site settings › Notifications.',
    'A private window never gets them.',
  ],
  firefox: [
    'Press the icon left of the address, and clear Blocked next to Send notifications.',
    'If there is none: Settings › Privacy & Security › Permissions › Notifications.',
    'A private window never gets them.',
  ],
  safari: [
    'Safari › Settings › Websites › Notifications: set this page to Allow.',
    'macOS System Settings › Notifications › Safari must allow them, too.',
  ],
  ios: ['iOS Settings › Notifications › Tidings: allow them.', 'Then open Tidings from the Home Screen again.'],
}

function sentence(faults: readonly { readonly variable: string; readonly problem: string }[]): string {
  return faults.map(({ variable, problem }) => `${variable} ${problem}.`).join(' ')
}

function isOrAre(words: readonly string[]): string {
  return words.length === 1 ? 'is' : 'are'
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
