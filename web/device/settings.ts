import type { DeviceSettings } from '../../src/contract/device.ts'

/** What the server wrote into the page it sent. */
export function readSettings(page: Document): DeviceSettings {
  const text = page.getElementById('settings')?.textContent
  if (text === null || text === undefined) throw new Error('the page came without its settings')
  // Our own server's, of the same build.
  return JSON.parse(text) as DeviceSettings
}
