import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { startTidings } from '../bench/servers.mjs'
import { build } from './build.mjs'

// Takes the README's pictures from the real page: a service of its own, a few messages, a browser. CHROMIUM_PATH says where that is.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PICTURES = join(ROOT, 'docs/pictures')
const SIZE = { width: 1360, height: 800 }

const sms = (contact, subject, message) => ({ route: '/smss', body: { contact, subject, message } })

const MESSAGES = [
  sms('+15005550105', 'Table', 'Your table for two is booked for 19:30 tonight.'),
  sms('+15005550100', 'Parcel', 'Ihr Paket kommt heute zwischen 14 und 16 Uhr – bitte öffnen Sie die Tür.'),
  { route: '/notifications/topic', body: { topic: 'news', title: 'Open late', body: 'Until ten this Friday' } },
  {
    route: '/notifications/tokens',
    body: {
      tokens: ['sandbox:delivered', 'first-device'],
      title: 'Order 1042',
      body: 'It left the warehouse and is with you tomorrow.',
    },
  },
  sms('+201009129288', 'Welcome', 'Welcome aboard. Your first ride is on us.'),
  sms('+201009129288', 'Hello', 'Your code is 482913. It is good for ten minutes.'),
]

if (await build()) {
  const service = await startTidings()
  try {
    for (const { route, body } of MESSAGES) await post(service.url + route, body)
    await take(service.url)
  } finally {
    await service.stop()
  }
} else process.exitCode = 1

async function take(url) {
  mkdirSync(PICTURES, { recursive: true })
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
  try {
    for (const colorScheme of ['light', 'dark']) {
      const page = await browser.newPage({
        viewport: SIZE,
        deviceScaleFactor: 1.25,
        colorScheme,
        reducedMotion: 'reduce',
      })
      await page.goto(`${url}/dashboard`)
      await page.getByText('+20 100 912 9288').first().click()
      await page.getByText('This is a test message.').waitFor()
      await page.getByText('Not delivered').first().waitFor()
      // What came in a moment ago is tinted for a moment.
      await page.waitForTimeout(1_500)
      await page.screenshot({ path: join(PICTURES, `inbox-${colorScheme}.png`) })
      await page.close()
    }
  } finally {
    await browser.close()
  }
}

async function post(url, body) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(await answer.text())
}
