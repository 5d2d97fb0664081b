import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig, type Config } from '../../src/settings/config.ts'
import type { ConfigFault } from '../../src/settings/config-reading.ts'
import type { TwilioConfig } from '../../src/settings/provider-settings.ts'

const ACCOUNT_SID = `AC${'0'.repeat(32)}`
const KEY_SID = `SK${'0'.repeat(32)}`
const SERVICE_SID = `MG${'0'.repeat(32)}`
const TWILIO = { TWILIO_ACCOUNT_SID: ACCOUNT_SID, TWILIO_AUTH_TOKEN: 'hush', TWILIO_FROM: '+15005550006' }

test('what Twilio itself would refuse is told at the start', () => {
  expect(faults({ ...TWILIO, TWILIO_ACCOUNT_SID: 'AC123' }).map((one) => one.variable)).toEqual(['TWILIO_ACCOUNT_SID'])
  expect(faults({ ...TWILIO, TWILIO_ACCOUNT_SID: KEY_SID }).map((one) => one.variable)).toEqual(['TWILIO_ACCOUNT_SID'])
  expect(twilio({ ...TWILIO, TWILIO_ACCOUNT_SID: 'AC123', TWILIO_BASE_URL: 'http://127.0.0.1:9' })).not.toBeNull()
  for (const sender of ['15005550006', '+0123456789', 'a name that is long', '12', 'tab\there']) {
    expect(faults({ ...TWILIO, TWILIO_FROM: sender }).map((one) => one.variable)).toEqual(['TWILIO_FROM'])
  }
  for (const sender of ['+15005550006', '12345', 'Acme Ltd', 'A-1', 'whatsapp:+15005550006']) {
    expect(twilio({ ...TWILIO, TWILIO_FROM: sender })?.sender).toEqual({ kind: 'from', from: sender })
  }
})

test('a half configured Twilio is a fault that names what is missing', () => {
  expect(faults({ TWILIO_ACCOUNT_SID: ACCOUNT_SID, TWILIO_API_KEY: KEY_SID }).map((one) => one.variable)).toEqual([
    'TWILIO_AUTH_TOKEN',
    'TWILIO_API_SECRET',
    'TWILIO_FROM (or TWILIO_MESSAGING_SERVICE_SID)',
  ])
  expect(faults({ ...TWILIO, TWILIO_MESSAGING_SERVICE_SID: SERVICE_SID })).toHaveLength(1)
})

test('a whole Twilio is read, with a key or without', () => {
  expect(twilio({ ...TWILIO, TWILIO_BASE_URL: 'http://127.0.0.1:9/' })).toEqual({
    accountSid: ACCOUNT_SID,
    authToken: 'hush',
    apiKey: null,
    sender: { kind: 'from', from: '+15005550006' },
    baseUrl: 'http://127.0.0.1:9',
  })
  const service = {
    ...TWILIO,
    TWILIO_FROM: '',
    TWILIO_MESSAGING_SERVICE_SID: SERVICE_SID,
    TWILIO_API_KEY: KEY_SID,
    TWILIO_API_SECRET: 's',
  }
  expect(twilio(service)).toMatchObject({
    apiKey: { sid: KEY_SID, secret: 's' },
    sender: { kind: 'messaging-service', sid: SERVICE_SID },
  })
})

test('the example of docs/routing.md starts', () => {
  const page = readFileSync(new URL('../../docs/routing.md', import.meta.url), 'utf8')
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? []
  const [, a = '', b = ''] = /CARRIER_A_URL='(.*)'\n.*CARRIER_B_URL='(.*)'/.exec(page) ?? []
  const directory = mkdtempSync(join(tmpdir(), 'tidings-routing-page-'))
  writeFileSync(join(directory, 'routes.json'), json)
  const env = { ...TWILIO, CARRIER_A_URL: a, CARRIER_B_URL: b, ROUTES_FILE: join(directory, 'routes.json') }
  expect(config(env).sms.map(({ name }) => name)).toEqual(['twilio', 'carrier-a', 'carrier-b'])
  expect(config(env).routes?.rules.map(({ order }) => order)).toEqual(['weight', 'listed'])
  rmSync(directory, { recursive: true })
})

function config(env: Record<string, string | undefined>): Config {
  const reading = readConfig(env)
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  return reading.config
}

function twilio(env: Record<string, string>): TwilioConfig | null {
  const [provider = null] = config(env).sms
  return provider?.type === 'twilio' ? provider.settings : null
}

function faults(env: Record<string, string>): readonly ConfigFault[] {
  const reading = readConfig(env)
  return 'faults' in reading ? reading.faults : []
}
