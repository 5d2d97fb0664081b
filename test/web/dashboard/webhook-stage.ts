import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { until } from '../../support/until.ts'
import type { Service } from './stage.ts'

/** For a service whose webhooks may lead to this machine. */
export const SETTINGS = {
  SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  WEBHOOKS_ALLOW_HTTP: 'on',
  WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1,::1',
}

/** A provider that is set, and that nobody reaches: callers need a key then. */
export const LIVE = {
  ...SETTINGS,
  TWILIO_ACCOUNT_SID: 'AC_fictional',
  TWILIO_AUTH_TOKEN: 'fictional',
  TWILIO_FROM: '+15005550006',
  TWILIO_BASE_URL: 'http://127.0.0.1:9',
}

/** What a receiver may answer. */
export const HOSTILE =
  '<!doctype html><h1>Broken</h1><script>globalThis.hacked = 1</script><img src=x onerror="globalThis.hacked = 1">' +
  '<svg/onload=globalThis.hacked=1><style>body{display:none}</style></pre></div><a href="javascript:globalThis.hacked=1">x</a>'

/** What the receiver plays, by path. */
export const RULES = [
  { when: { path: '/hostile*' }, play: { status: 500, body: HOSTILE } },
  { when: { path: '/gone*' }, play: { status: 410, body: 'no more' } },
]

/** Presses Tab until the focus is on what says so. */
export async function tabTo(page: Page, name: string): Promise<void> {
  await until(async () => {
    await page.keyboard.press('Tab')
    return (await page.evaluate('document.activeElement.textContent')) === name
  })
}

/** The key that the first start made; false: not yet. */
export function firstKey({ directory }: Service): string | false {
  try {
    return readFileSync(join(directory, 'first-key'), 'utf8').trim()
  } catch {
    return false
  }
}
