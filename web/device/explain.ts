import type { Browser } from './browser.ts'
import { Refused } from '../dashboard/call.ts'
import { CONSOLE_APP, CONSOLE_VAPID, notAllowed, type Problem } from './problem.ts'

/** What was under way: the page's own code, our worker, everything that Firebase's SDK does, or subscribing without it. */
export type Step = 'code' | 'worker' | 'firebase' | 'web-push'

const INSTALLATIONS = 'firebaseinstallations.googleapis.com'
const REGISTRATIONS = 'fcmregistrations.googleapis.com'

/** What an error of a registration means, and what to do. Pure. */
export function explain(error: unknown, step: Step, { origin, kind }: Browser): Problem {
  const { name, code, message, custom } = partsOf(error)
  if (step === 'code') return serverAway(message)
  if (step === 'worker') return workerFailed(message)
  if (step === 'web-push' && error instanceof Refused) return notTaken(error)
  if (name === 'TimeoutError' && step === 'web-push') return pushServiceAway(message)
  if (name === 'TimeoutError') return unreachable('Google or the browser’s push service', message)
  if (code === 'installations/app-offline') return unreachable(INSTALLATIONS, 'The browser says it is offline.')
  if (code === 'installations/request-failed') {
    const said = `${textOf(custom['serverCode'])} ${textOf(custom['serverStatus'])}: ${textOf(custom['serverMessage'])}`
    return refused(INSTALLATIONS, said, origin)
  }
  if (code === 'messaging/token-subscribe-failed' || code === 'messaging/fid-registration-failed') {
    const said = textOf(custom['errorInfo'])
    // The SDK puts its own network errors where Google's words would stand.
    return /^(TypeError|AbortError)\b/.test(said)
      ? unreachable(REGISTRATIONS, said)
      : refused(REGISTRATIONS, said, origin)
  }
  if (code === 'messaging/token-subscribe-no-token') return refused(REGISTRATIONS, 'An answer without a token.', origin)
  if (code === 'messaging/permission-blocked' || name === 'NotAllowedError') return notAllowed('denied', kind)
  if (name === 'InvalidCharacterError' || name === 'InvalidAccessError') return badKey(message, step)
  if (name === 'AbortError') return pushServiceAway(message)
  if (step === 'web-push' && name === 'TypeError') return serverAway(message)
  if (name === 'TypeError' && /fetch|network|load failed/i.test(message)) return unreachable(INSTALLATIONS, message)
  if (
    name === 'NotSupportedError' ||
    code === 'messaging/unsupported-browser' ||
    code === 'messaging/indexed-db-unsupported'
  )
    return noStorage(message)
  return unknown(message)
}

function serverAway(text: string): Problem {
  return {
    check: 'registration',
    title: 'A part of this page could not be loaded.',
    lead: 'Tidings did not answer.',
    fix: ['See whether Tidings still runs, then reload this page.'],
    answer: { from: 'The browser', text },
    again: true,
  }
}

function workerFailed(text: string): Problem {
  return {
    check: 'worker',
    title: 'The service worker could not be started.',
    lead: 'It is what receives a push while this page is closed.',
    fix: [
      'Open `/firebase-messaging-sw.js` here: it must be JavaScript, and no proxy may change it.',
      'Allow storage (cookies) for this page: browsers that block it block workers, too.',
    ],
    answer: { from: 'The browser', text },
    again: true,
  }
}

/** Our own API: whoever may not call it has to sign in; the others are told why. */
function notTaken({ status, message }: Refused): Problem {
  const title = 'Tidings did not take the subscription.'
  const common = { check: 'registration', title, answer: { from: 'Tidings', text: message }, again: true } as const
  if (status !== 401) return { ...common, lead: '', fix: ['Do what the answer says, then try again.'] }
  const fix = ['Sign in on the dashboard (`/dashboard`), in this browser, and try again.']
  return { ...common, lead: 'Callers need a key here.', fix }
}

function badKey(text: string, step: Step): Problem {
  const variable = step === 'web-push' ? 'WEBPUSH_VAPID_PUBLIC_KEY' : 'FIREBASE_VAPID_KEY'
  return {
    check: 'keys',
    title: `The browser does not take ${variable} for a public key.`,
    lead: 'It has the right length, but is no point of the curve: probably a character was lost.',
    fix: [
      step === 'web-push'
        ? 'Set both halves of one pair anew.'
        : `Copy it again from ${CONSOLE_VAPID}, all 87 characters.`,
      'Then start Tidings again, and reload.',
    ],
    answer: { from: 'The browser', text },
    again: false,
  }
}

function pushServiceAway(text: string): Problem {
  return {
    check: 'registration',
    title: 'The browser could not reach its push service.',
    lead: 'Each browser keeps one connection to its maker’s push service, and subscribes there first.',
    fix: [
      // Chromium's word for a private window, which has no push service at all.
      ...(/permission denied/i.test(text) ? ['Leave the private window, if this is one.'] : []),
      'Look at firewall and VPN: Chrome needs `mtalk.google.com` on port 5228 or 443, Firefox `push.services.mozilla.com`.',
      'In Brave: Settings › Privacy and security › Use Google services for push messaging.',
      'Builds of Chromium without Google’s keys have no push service.',
    ],
    answer: { from: 'The browser', text },
    again: true,
  }
}

function unreachable(host: string, text: string): Problem {
  return {
    check: 'registration',
    title: 'Google’s registration service could not be reached.',
    lead: `This browser, not the server, calls ${host === INSTALLATIONS || host === REGISTRATIONS ? `\`https://${host}\`` : host}.`,
    fix: [
      `Look at this machine’s network, and at what blocks requests: an extension, a DNS filter, a company’s proxy.`,
      `Two hosts are needed: \`${INSTALLATIONS}\` and \`${REGISTRATIONS}\`.`,
    ],
    answer: { from: 'The browser', text },
    again: true,
  }
}

function refused(host: string, text: string, origin: string): Problem {
  return {
    check: 'registration',
    title: 'Google refused the registration.',
    lead: '',
    fix: fixFor(text, origin),
    answer: { from: host, text },
    again: true,
  }
}

/** By Google's own sentences, as its APIs have answered them; what is not known gets the usual suspects. */
function fixFor(text: string, origin: string): readonly string[] {
  const apis = 'Firebase Installations API and FCM Registration API'
  if (/API key not valid|API_KEY_INVALID/i.test(text)) return [`Compare FIREBASE_API_KEY with ${CONSOLE_APP}.`]
  if (/referr?er/i.test(text)) {
    return [
      `Google Cloud console › APIs & Services › Credentials › the key › Website restrictions: add \`${origin}/*\`.`,
    ]
  }
  if (/has not been used in project|is disabled|SERVICE_DISABLED/i.test(text)) {
    return [`Google Cloud console › APIs & Services › Library: enable ${apis}.`]
  }
  if (/\bblocked\b/i.test(text)) {
    return [`Google Cloud console › APIs & Services › Credentials › the key › API restrictions: allow ${apis}.`]
  }
  if (/^(429|RESOURCE_EXHAUSTED)|quota/i.test(text)) return ['Wait a minute, then try again.']
  if (/^5\d\d /.test(text)) return ['This is a fault at Google’s. Try again in a moment.']
  return [
    `The five values must be of one project: compare them with ${CONSOLE_APP}.`,
    `Compare FIREBASE_VAPID_KEY with ${CONSOLE_VAPID}.`,
    `Google Cloud console › APIs & Services: ${apis} must be enabled, and allowed for the key.`,
  ]
}

function noStorage(text: string): Problem {
  return {
    check: 'worker',
    title: 'This browser keeps nothing for this page.',
    lead: 'Firebase keeps a registration in IndexedDB.',
    fix: ['Leave the private window, or allow storage (cookies) for this page.'],
    answer: { from: 'The browser', text },
    again: true,
  }
}

function unknown(text: string): Problem {
  return {
    check: 'registration',
    title: 'The registration failed.',
    lead: 'For a reason this page doesn’t know.',
    fix: ['Try again; the browser’s console may say more.'],
    answer: { from: 'The browser', text },
    again: true,
  }
}

interface Parts {
  readonly name: string
  /** Of Firebase's errors. */
  readonly code: string
  readonly message: string
  readonly custom: Readonly<Record<string, unknown>>
}

function partsOf(error: unknown): Parts {
  const { name, code, message, customData } = objectOf(error)
  return {
    name: textOf(name),
    code: textOf(code),
    message: textOf(message) || String(error),
    custom: objectOf(customData),
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
