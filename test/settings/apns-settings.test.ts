import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { liveProviders, readConfig, type Config } from '../../src/settings/config.ts'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const ENV = { APNS_KEY: PEM, APNS_KEY_ID: 'ABC123DEFG', APNS_TEAM_ID: 'DEF123GHIJ', APNS_TOPIC: 'com.example.app' }

function config(env: Readonly<Record<string, string>>): Config {
  const reading = readConfig(env)
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  return reading.config
}

function faults(env: Readonly<Record<string, string>>): [string, string][] {
  const reading = readConfig(env)
  return 'faults' in reading ? reading.faults.map(({ variable, problem }) => [variable, problem]) : []
}

test('four variables are enough, and Apple’s hosts belong to the environments', () => {
  const set = config(ENV)
  expect(set.apns).toMatchObject({ topic: 'com.example.app', environment: 'production' })
  expect(set.apns?.baseUrl).toBe('https://api.push.apple.com')
  expect(liveProviders(set)).toEqual(['apns'])
  expect(config({ ...ENV, APNS_ENVIRONMENT: 'sandbox' }).apns?.baseUrl).toBe('https://api.sandbox.push.apple.com')
  expect(config({ ...ENV, APNS_BASE_URL: 'http://127.0.0.1:4015/' }).apns?.baseUrl).toBe('http://127.0.0.1:4015')
  expect(config({ ...ENV, APNS_BASE_URL: 'http://127.1.2.3:4015' }).apns?.baseUrl).toBe('http://127.1.2.3:4015')
  expect(config({}).apns).toBeNull()
  expect(config({ ...ENV, PUSH_PROVIDER: 'sandbox' }).apns).toBeNull()
})

test('the key is a file, or its text with its line ends written either way', () => {
  const folder = mkdtempSync(join(tmpdir(), 'apns-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'AuthKey.p8')
  writeFileSync(path, PEM)
  for (const key of [PEM, PEM.trim().replaceAll('\n', String.raw`\n`), path]) {
    expect(config({ ...ENV, APNS_KEY: key }).apns?.key.equals(privateKey)).toBe(true)
  }
})

test('everything that is wrong is told at once, and nothing of the key', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
  const pem = rsa.export({ type: 'pkcs8', format: 'pem' }).toString()
  expect(
    faults({ APNS_KEY: pem, APNS_KEY_ID: 'short', APNS_TOPIC: 'my app', APNS_BASE_URL: 'http://push.example.com' }),
  ).toEqual([
    ['APNS_KEY', 'is no private key on P-256 in PEM'],
    ['APNS_KEY_ID', '`short` is not ten capital letters and digits'],
    ['APNS_TEAM_ID', 'is missing, while APNS_KEY is set'],
    ['APNS_TOPIC', '`my app` is not a bundle id'],
    ['APNS_BASE_URL', '`http://push.example.com` is not on this machine, and without TLS'],
  ])
  const bare = PEM.split('\n').slice(1, 3).join('')
  expect(JSON.stringify(readConfig({ ...ENV, APNS_KEY: bare }))).not.toContain(bare.slice(0, 20))
  expect(faults({ ...ENV, APNS_KEY: bare })).toEqual([['APNS_KEY', 'names a file that can’t be read']])
  expect(faults({ APNS_TOPIC: 'com.example.app' })).toEqual([['APNS_KEY', 'is missing, while APNS_TOPIC is set']])
  expect(faults({ APNS_ENVIRONMENT: 'staging' })[0]?.[0]).toBe('APNS_ENVIRONMENT')
})

test('names that others use for the same are known', () => {
  const reading = readConfig({ APNS_BUNDLE_ID: 'com.example.app', APNS_AUTH_KEY: 'x' })
  expect('hints' in reading && reading.hints).toEqual([
    'APNS_BUNDLE_ID is set, but nothing reads it; did you mean APNS_TOPIC?',
    'APNS_AUTH_KEY is set, but nothing reads it; did you mean APNS_KEY?',
  ])
})
