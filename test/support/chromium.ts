import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Null: there is none. */
export const chromiumPath: string | null =
  process.env['CHROMIUM_PATH'] ?? PLACES.find((place) => existsSync(place)) ?? null
if (chromiumPath === null)
  process.stdout.write('skipped: needs chromium (CHROMIUM_PATH, or the package of that name)\n')

/** For `describe.skipIf(!hasChromium)`. */
export const hasChromium = chromiumPath !== null

/** Makes no call of its own accord. `flags` come on top. */
export async function openChromium(flags: readonly string[] = []): Promise<Browser> {
  if (chromiumPath === null) throw new Error('there is no Chromium')
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...flags,
    ],
  })
}
