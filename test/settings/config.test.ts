import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { asksForKeys, readConfig, withEnvFile, type Config } from '../../src/settings/config.ts'
import type { ConfigFault } from '../../src/settings/config-reading.ts'
import { iidUrlOf } from '../../src/settings/topic-settings.ts'
import { isLoopback } from '../../src/wiring/place.ts'

const ACCOUNT_SID = `AC${'0'.repeat(32)}`
const TWILIO = { TWILIO_ACCOUNT_SID: ACCOUNT_SID, TWILIO_AUTH_TOKEN: 'hush', TWILIO_FROM: '+15005550006' }
const ACCOUNT = { type: 'service_account', project_id: 'p', client_email: 'a@p.example', private_key: 'hush' }

test('without any variable it serves on port 5000 of this machine and captures everything', () => {
  expect(config({})).toEqual({
    port: 5000,
    host: null,
    databaseUrl: null,
    dataDir: './data',
    keepBodiesDays: 0,
    keepMessagesDays: 0,
    keepEventsDays: 30,
    devices: { staleDays: 30, dropDays: 270 },
    backlog: { queueLimitPerKey: 1_000_000, queueLimit: 20_000_000, diskReserveMb: null },
    publicUrl: null,
    defaultCountry: null,
    defaultTimeZone: 'UTC',
    smsTextFormat: '{message}',
    smsRateLimitPerMinute: 60,
    auth: 'auto',
    secretKey: null,
    previousSecretKeys: [],
    trustProxy: null,
    staging: null,
    webhooks: { allowHttp: false, allowedPrivate: [] },
    logLevel: 'info',
    otlpEndpoint: null,
    allowedCountries: null,
    sms: [],
    routes: null,
    // Looked at where each is read.
    optOuts: expect.any(Object) as unknown,
    rules: expect.any(Object) as unknown,
    fcmProjects: [],
    topics: { api: 'iid', iidUrl: null },
    webPush: { keys: null, subject: null },
    apns: null,
    pushEvidence: false,
    firebase: {
      apiKey: null,
      projectId: null,
      appId: null,
      messagingSenderId: null,
      vapidKey: null,
      registration: 'token',
    },
  })
})

test('what stands in for FCM stands in for the Instance ID API, unless another place is named', () => {
  expect(iidUrlOf(config({}).topics, 'https://fcm.googleapis.com')).toBe('https://iid.googleapis.com')
  expect(iidUrlOf(config({}).topics, 'http://127.0.0.1:9000')).toBe('http://127.0.0.1:9000')
  const { topics } = config({ FCM_TOPICS_BASE_URL: 'http://127.0.0.1:9001/', FCM_TOPICS_API: 'v1' })
  expect(topics).toEqual({ api: 'v1', iidUrl: 'http://127.0.0.1:9001' })
  expect(iidUrlOf(topics, 'http://127.0.0.1:9000')).toBe('http://127.0.0.1:9001')
})

test('all faults are reported at once', () => {
  const env = {
    PORT: '70000',
    LOG_LEVEL: 'loud',
    DEFAULT_COUNTRY: 'Egypt',
    DATABASE_URL: 'mysql://x',
    PUBLIC_URL: 'example.com',
  }
  expect(
    faults(env)
      .map((fault) => fault.variable)
      .toSorted(),
  ).toEqual(Object.keys(env).toSorted())
})

test('an empty value counts as unset', () => {
  expect(config({ PORT: '', TWILIO_ACCOUNT_SID: ' ', DATABASE_URL: '' })).toMatchObject({ port: 5000, sms: [] })
})

test('a misspelt variable is reported with the one that was meant', () => {
  const [fault] = faults({ DATABSE_URL: 'postgres://db.example/x' })
  expect(fault?.variable).toBe('DATABSE_URL')
  expect(fault?.problem).toContain('did you mean DATABASE_URL?')
  expect(faults({ PROT: '1' })[0]?.problem).toContain('did you mean PORT?')
  expect(faults({ ...TWILIO, TWILIO_AUTH_TOKEN: '', TWILO_AUTH_TOKN: 'hush' }).map((one) => one.variable)).toEqual([
    'TWILO_AUTH_TOKN',
    'TWILIO_AUTH_TOKEN',
  ])
})

test('a name that others have for what we read is worth a word, and stops nothing', () => {
  const meant = {
    TWILIO_TOKEN: 'TWILIO_AUTH_TOKEN',
    TWILIO_SID: 'TWILIO_ACCOUNT_SID',
    TWILIO_PHONE_NUMBER: 'TWILIO_FROM',
    TWILIO_API_KEY_SECRET: 'TWILIO_API_SECRET',
    TWILIO_API_KEY_SID: 'TWILIO_API_KEY',
    FIREBASE_SERVICE_ACCOUNT: 'FCM_SERVICE_ACCOUNT',
  }
  for (const [name, ours] of Object.entries(meant)) {
    expect(hints({ [name]: 'hush' })).toEqual([`${name} is set, but nothing reads it; did you mean ${ours}?`])
  }
  expect(hints({ ...TWILIO, TWILIO_TOKEN: 'hush', TWILIO_PHONE_NUMBER: '+15005550006', TWILIO_REGION: 'ie1' })).toEqual(
    [],
  )
})

test('the names that every machine sets, and those of other programs, are left alone', () => {
  const names = [
    'HOME',
    'PATH',
    'HOSTNAME',
    'PGHOSTADDR',
    'PGDATA',
    'TWILIO_EDGE',
    'TWILIO_REGION',
    'FIREBASE_CONFIG',
    'PUBLIC_IP',
    'LANG',
    'SHELL',
  ]
  const env = Object.fromEntries(names.map((name) => [name, 'x']))
  expect(config(env)).toMatchObject({ port: 5000 })
  expect(hints(env)).toEqual([])
})

test('a name like one of ours does not matter while ours is set', () => {
  expect(config({ DATA_DIR: '/a', DATADIR: '/b' }).dataDir).toBe('/a')
})

test('a secret is never shown in a fault', () => {
  const all = [
    ...faults({ DATABASE_URL: 'hush://user:hush@db' }),
    ...faults({ FCM_SERVICE_ACCOUNT: '{"type":"hush","private_key":"hush"}' }),
    ...faults({ ...TWILIO, TWILIO_FROM: '' }),
  ]
  expect(all).toHaveLength(3)
  expect(JSON.stringify(all)).not.toContain('hush')
})

test('PGHOST and the other variables of Postgres make a DSN; DATABASE_URL wins', () => {
  const parts = {
    PGHOST: 'db.example',
    PGPORT: '6432',
    PGUSER: 'a b',
    PGPASSWORD: 'p@:/',
    PGDATABASE: 'tid',
    PGSSLMODE: 'verify-full',
  }
  expect(config(parts).databaseUrl).toBe('postgres://a%20b:p%40%3A%2F@db.example:6432/tid?sslmode=verify-full')
  expect(config({ PGHOST: '/var/run/postgresql', PGUSER: 'me' }).databaseUrl).toBe(
    'postgres://me@%2Fvar%2Frun%2Fpostgresql:5432/me',
  )
  expect(config({ PGHOST: '::1', PGUSER: 'me' }).databaseUrl).toBe('postgres://me@[::1]:5432/me')
  expect(config({ PGUSER: 'me', PGPASSWORD: 'x' }).databaseUrl).toBeNull()
  expect(config({ ...parts, DATABASE_URL: 'postgres://other/db' }).databaseUrl).toBe('postgres://other/db')
})

test('a service account is taken as JSON or as a path to it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tidings-config-'))
  const file = join(directory, 'account.json')
  writeFileSync(file, JSON.stringify(ACCOUNT))
  for (const given of [file, JSON.stringify(ACCOUNT)]) {
    expect(config({ FCM_SERVICE_ACCOUNT: given }).fcmProjects).toEqual([
      {
        ...{ name: 'fcm', projectId: null, apps: [], isUsual: true, credentials: ACCOUNT },
        ...{ baseUrl: 'https://fcm.googleapis.com', messagesPerMinute: 600_000, rampSeconds: 60, connections: 4 },
      },
    ])
  }
  rmSync(directory, { recursive: true })
  expect(faults({ FCM_SERVICE_ACCOUNT: file })[0]?.problem).toContain("can't be read")
  expect(faults({ FCM_SERVICE_ACCOUNT: JSON.stringify({ ...ACCOUNT, client_email: '' }) })[0]?.problem).toBe(
    'lacks client_email',
  )
  expect(faults({ FCM_SERVICE_ACCOUNT: '{"project_info":{}}' })[0]?.problem).toContain('not a service account')
})

test('Google’s default credentials count only where FCM is asked for', () => {
  const google = { GOOGLE_APPLICATION_CREDENTIALS: JSON.stringify(ACCOUNT) }
  expect(config(google).fcmProjects).toEqual([])
  expect(config({ ...google, PUSH_PROVIDER: 'fcm' }).fcmProjects).toMatchObject([{ credentials: ACCOUNT }])
  expect(config({ PUSH_PROVIDER: 'fcm' }).fcmProjects).toMatchObject([{ name: 'fcm', credentials: null }])
  expect(config({ FCM_SERVICE_ACCOUNT: JSON.stringify(ACCOUNT), PUSH_PROVIDER: 'sandbox' }).fcmProjects).toEqual([])
})

test('callers need a key as soon as a provider is live, unless AUTH=off', () => {
  expect(asksForKeys(config({ HOST: '0.0.0.0' }))).toBe(false)
  expect(asksForKeys(config({ ...TWILIO, HOST: '0.0.0.0' }))).toBe(true)
  expect(asksForKeys(config({ FCM_SERVICE_ACCOUNT: JSON.stringify(ACCOUNT) }))).toBe(true)
  expect(asksForKeys(config({ ...TWILIO, AUTH: 'off' }))).toBe(false)
})

test('a live provider beside a database of one’s own needs a SECRET_KEY of 32 bytes', () => {
  const DATABASE_URL = 'postgres://db/tidings'
  expect(faults({ ...TWILIO, DATABASE_URL }).map((fault) => fault.variable)).toEqual(['SECRET_KEY'])
  expect(config({ DATABASE_URL }).secretKey).toBeNull()
  expect(config({ ...TWILIO, DATABASE_URL, AUTH: 'off' }).secretKey).toBeNull()
  for (const encoding of ['base64', 'base64url'] as const) {
    const SECRET_KEY = Buffer.alloc(32, 0xfb).toString(encoding)
    expect(config({ ...TWILIO, DATABASE_URL, SECRET_KEY }).secretKey).toEqual(Buffer.alloc(32, 0xfb))
  }
  for (const SECRET_KEY of ['hush', 'x'.repeat(44), Buffer.alloc(31).toString('base64')]) {
    expect(faults({ SECRET_KEY })).toHaveLength(1)
    expect(JSON.stringify(faults({ SECRET_KEY }))).not.toContain(SECRET_KEY)
  }
})

test('TRUST_PROXY is a number of proxies, or a list of them', () => {
  expect(config({ TRUST_PROXY: '2' }).trustProxy).toBe(2)
  expect(config({ TRUST_PROXY: '10.0.0.0/8, ::1' }).trustProxy).toEqual(['10.0.0.0/8', '::1'])
  for (const TRUST_PROXY of ['0', '11', 'true', '10.0.0.0/33', '10.0.0', 'proxy.example'])
    expect(faults({ TRUST_PROXY })).toHaveLength(1)
})

test('loopback has many spellings', () => {
  for (const host of [null, 'localhost', '127.0.0.1', '127.9.9.9', '::1']) expect(isLoopback(host)).toBe(true)
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com']) expect(isLoopback(host)).toBe(false)
  expect(config({ HOST: 'localhost' }).host).toBeNull()
})

test('an address with a scheme or a port is no host', () => {
  for (const host of ['http://0.0.0.0', '0.0.0.0:80', 'a b']) expect(faults({ HOST: host })).toHaveLength(1)
})

test('a format that leaves the message out is a fault', () => {
  expect(faults({ SMS_TEXT_FORMAT: 'Hello {subject}' })[0]?.variable).toBe('SMS_TEXT_FORMAT')
})

test('the environment wins over .env', () => {
  const file = 'PORT=1234\n# a comment\nSMS_TEXT_FORMAT="{subject}: {message}"\n'
  const env = withEnvFile({ PORT: '4321' }, file)
  expect(config(env)).toMatchObject({ port: 4321, smsTextFormat: '{subject}: {message}' })
  expect(config(withEnvFile({}, null)).port).toBe(5000)
})

function config(env: Record<string, string | undefined>): Config {
  const reading = readConfig(env)
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  return reading.config
}

function faults(env: Record<string, string>): readonly ConfigFault[] {
  const reading = readConfig(env)
  return 'faults' in reading ? reading.faults : []
}

function hints(env: Record<string, string>): readonly string[] {
  const reading = readConfig(env)
  return 'hints' in reading ? reading.hints : [`not read: ${JSON.stringify(reading.faults)}`]
}

test('staging is read from its two variables, and their faults name no number', () => {
  expect(config({ ONLY_TO: '+20100*, topic:testers', REDIRECT_TO: '+15005550006' }).staging).toEqual({
    onlyTo: ['+20100*', 'topic:testers'],
    redirectNumber: '+15005550006',
    redirectToken: null,
  })
  const [first, second] = faults({ ONLY_TO: '01009129288', REDIRECT_TO: '+20*' })
  expect([first?.variable, second?.variable]).toEqual(['ONLY_TO', 'REDIRECT_TO'])
  expect(first?.problem).toBe('(not shown) has an entry, number 1, that is a number without + and its country code')
})
