import { html } from './html.ts'
import type { HttpParts } from './parts.ts'

/** Nothing but our own files, no script that a text could bring along, no string that becomes markup. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** Of a page that Vite built and that runs scripts. */
export const BUILT_PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}

/** What the page has to know before it asks for anything. */
export function withService(page: string, { version, channels, auth }: HttpParts): string {
  const live = [...(channels.sms.capturing ? [] : ['sms']), ...(channels.push.capturing ? [] : ['push'])]
  const { markup } = html`<meta name="tidings-version" content="${version}" />
    <meta name="tidings-live" content="${live.join(' ')}" />
    <meta name="tidings-keys" content="${auth.required ? 'required' : 'none'}" />`
  return page.replace('<!--service-->', () => markup)
}
