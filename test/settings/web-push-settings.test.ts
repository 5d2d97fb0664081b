import { expect, test } from 'vitest'
import webPush from 'web-push'
import { asksForKeys, readConfig, type Config } from '../../src/settings/config.ts'

const PAIR = webPush.generateVAPIDKeys()
const KEYS = { WEBPUSH_VAPID_PUBLIC_KEY: PAIR.publicKey, WEBPUSH_VAPID_PRIVATE_KEY: PAIR.privateKey }
const SUBJECT = { WEBPUSH_VAPID_SUBJECT: 'mailto:push@example.com' }

function config(env: Readonly<Record<string, string>>): Config {
  const reading = readConfig(env)
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  return reading.config
}

test('a pair and whom to write to have pushes to browsers leave, and callers need a key from then on', () => {
  const live = config({ ...KEYS, ...SUBJECT })
  expect(live.webPush).toEqual({ keys: PAIR, subject: 'mailto:push@example.com' })
  expect([asksForKeys(live), asksForKeys(config({}))]).toEqual([true, false])
  const captured = config({ ...KEYS, ...SUBJECT, PUSH_PROVIDER: 'sandbox' })
  expect([captured.webPush.subject, asksForKeys(captured)]).toEqual([null, false])
})

const DATABASE = { DATABASE_URL: 'postgres://localhost/x', SECRET_KEY: Buffer.alloc(32, 1).toString('base64') }

test.each([
  [{ ...SUBJECT, WEBPUSH_VAPID_PUBLIC_KEY: PAIR.publicKey }, 'WEBPUSH_VAPID_PRIVATE_KEY', 'is missing'],
  [{ ...SUBJECT, WEBPUSH_VAPID_PRIVATE_KEY: PAIR.privateKey }, 'WEBPUSH_VAPID_PUBLIC_KEY', 'is missing'],
  [{ ...SUBJECT, ...KEYS, WEBPUSH_VAPID_PUBLIC_KEY: PAIR.privateKey }, 'WEBPUSH_VAPID_PUBLIC_KEY', 'no public key'],
  [{ ...SUBJECT, ...KEYS, WEBPUSH_VAPID_PRIVATE_KEY: 'short' }, 'WEBPUSH_VAPID_PRIVATE_KEY', 'no private key'],
  [
    { ...SUBJECT, ...KEYS, WEBPUSH_VAPID_PRIVATE_KEY: webPush.generateVAPIDKeys().privateKey },
    'WEBPUSH_VAPID_PRIVATE_KEY',
    'another public key',
  ],
  [KEYS, 'WEBPUSH_VAPID_SUBJECT', 'is missing'],
  [{ ...KEYS, WEBPUSH_VAPID_SUBJECT: 'push@example.com' }, 'WEBPUSH_VAPID_SUBJECT', 'neither mailto:'],
  [{ ...SUBJECT, ...DATABASE }, 'WEBPUSH_VAPID_PUBLIC_KEY', 'the database is one of yours'],
])('%j is told of at %s: %s', (env, variable, problem) => {
  const reading = readConfig(env)
  const faults = 'faults' in reading ? reading.faults : []
  expect(faults.map((fault) => fault.variable)).toEqual([variable])
  expect(faults[0]?.problem).toContain(problem)
  expect(JSON.stringify(faults)).not.toContain(PAIR.privateKey)
})
