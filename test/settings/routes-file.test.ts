// Nobody awaits a route.
/* oxlint-disable unicorn/no-thenable */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { liveProviders, readConfig, type Config } from '../../src/settings/config.ts'
import { readHttpSms } from '../../src/providers/http-sms/read.ts'
import { ROUTES_FILE_SCHEMA } from '../../src/contract/routes-file.ts'

const TWILIO = { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'hush', TWILIO_FROM: '+15005550006' }
const CARRIER = { type: 'smpp', url: { env: 'CARRIER_A_URL' } }
const CARRIER_A_URL = 'smpp://acme:hush@smsc.example:2775?window=20'

let directory = ''
let schema: ValidateFunction | null = null

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidings-routes-'))
  schema = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(ROUTES_FILE_SCHEMA)
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

function write(name: string, content: unknown): string {
  const file = join(directory, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

type Env = Readonly<Record<string, string>>

function read(content: unknown, env: Env = { CARRIER_A_URL }): ReturnType<typeof readConfig> {
  return readConfig({ ...env, ROUTES_FILE: write('routes.json', content) }, readHttpSms)
}

function config(content: unknown, env?: Env): Config {
  const reading = read(content, env)
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  return reading.config
}

/** The end of each problem: what stands behind the path, and the path. */
function faults(content: unknown, env?: Env): readonly string[] {
  const reading = read(content, env)
  return 'faults' in reading ? reading.faults.map(({ variable, problem }) => `${variable} ${problem}`) : []
}

const GOOD = {
  $schema: './docs/routes.schema.json',
  currency: 'EUR',
  providers: { 'carrier-a': CARRIER },
  routes: [
    {
      countries: ['eg'],
      via: [{ provider: 'carrier-a', weight: 2, sender: 'Acme', prices: { '*': 0.02, '+20100': 0.018 } }],
      then: ['twilio'],
      failover_on: ['unroutable'],
    },
    { via: ['twilio'] },
  ],
  sender_groups: { acme: ['Acme', '12345'] },
  allowed_senders: ['12345'],
  max_price: 0.5,
}

describe('a routes file', () => {
  test('says which providers there are, with secrets from variables, beside what variables describe', () => {
    const { sms, routes } = config(GOOD, { ...TWILIO, CARRIER_A_URL })
    expect(sms.map(({ name, type }) => [name, type])).toEqual([
      ['twilio', 'twilio'],
      ['carrier-a', 'smpp'],
    ])
    expect(sms[1]).toMatchObject({ settings: { host: 'smsc.example', password: 'hush', window: 20 } })
    expect(routes).toMatchObject({ currency: 'EUR', maxPrice: 0.5 })
    expect(routes?.rules).toEqual([
      {
        countries: new Set(['EG']),
        prefixes: null,
        senders: null,
        categories: null,
        via: [
          {
            provider: 'carrier-a',
            weight: 2,
            sender: 'Acme',
            prices: new Map([
              ['*', 0.02],
              ['+20100', 0.018],
            ]),
          },
        ],
        order: 'weight',
        fallbacks: [{ provider: 'twilio', weight: 1, sender: null, prices: new Map() }],
        failoverOn: new Set(['unroutable']),
      },
      expect.objectContaining({ order: 'listed', countries: null }),
    ])
    expect(routes?.senderGroups.get('12345')).toBe('acme')
    // The senders of routes may be named, too.
    expect(routes?.allowedSenders).toEqual(new Set(['12345', 'Acme']))
  })

  test('may describe each type of provider', () => {
    const http = {
      request: { url: 'https://sms.example/send', body: { format: 'json', fields: { to: '{contact}' } } },
      answer: { id: 'id' },
    }
    const providers = {
      t: { type: 'twilio', account_sid: TWILIO.TWILIO_ACCOUNT_SID, auth_token: { env: 'SECRET_OF_T' }, from: 'Acme' },
      v: { type: 'vonage', api_key: 'key', api_secret: { env: 'SECRET_OF_T' }, from: 'Acme' },
      h: { type: 'http', config: http },
      f: { type: 'http', file: 'regional.json' },
      s: CARRIER,
    }
    write('regional.json', http)
    const content = { providers, routes: [{ via: ['t', 'v', 'h', 'f', 's'] }] }
    expect(faults(content, { SECRET_OF_T: 'hush', CARRIER_A_URL })).toEqual([])
    expect(liveProviders(config(content, { SECRET_OF_T: 'hush', CARRIER_A_URL }))).toEqual(['t', 'v', 'h', 'f', 's'])
    expect(schema?.(content)).toBe(true)
  })

  test('may name variables that are called like ours, or nearly so', () => {
    const providers = {
      t: {
        type: 'twilio',
        account_sid: TWILIO.TWILIO_ACCOUNT_SID,
        auth_token: { env: 'TWILIO_AUTH_TOKEN' },
        from: 'Acme',
      },
      u: {
        type: 'twilio',
        account_sid: TWILIO.TWILIO_ACCOUNT_SID,
        auth_token: { env: 'TWILIO_AUTH_TOKEN2' },
        from: 'Acme',
      },
    }
    const env = { TWILIO_AUTH_TOKEN: 'hush', TWILIO_AUTH_TOKEN2: 'hush' }
    expect(config({ providers, routes: [{ via: ['t', 'u'] }] }, env).sms).toHaveLength(2)
  })

  test('is told everything that is wrong in it at once, each with its place', () => {
    const found = faults({
      currency: 'Euro',
      provider: {},
      providers: {
        'carrier-a': { type: 'smpp', url: { env: 'NOT_SET' } },
        'Carrier B': { type: 'smtp' },
        sandbox: CARRIER,
      },
      routes: [
        { via: [{ provider: 'carrier-b', weight: -1, price: {} }], countries: ['EGY'], order: 'random' },
        { via: [], prefixes: ['20'], categories: ['promo'], then: [{}] },
        { via: ['carrier-a'], failover_on: ['unrouteable'], senders: [] },
      ],
      sender_groups: { a: ['Acme'], b: ['Acme'], default: ['x'] },
      max_price: '1',
    })
    expect(found.map((one) => /`([^`]+)`/.exec(one)?.[1])).toEqual([
      'provider',
      'providers.carrier-a.url',
      'providers["Carrier B"]',
      'providers["Carrier B"].type',
      'providers.sandbox',
      'currency',
      'routes[0].via[0].price',
      'routes[0].via[0].provider',
      'routes[0].via[0].weight',
      'routes[0].countries[0]',
      'routes[0].order',
      'routes[1].via',
      'routes[1].prefixes[0]',
      'routes[1].categories[0]',
      'routes[1].then[0].provider',
      'routes[2].senders',
      'routes[2].failover_on[0]',
      'max_price',
      'sender_groups.b',
      'sender_groups.default',
    ])
  })

  test('has its faults mended by what the message says', () => {
    const reading = read({ routes: [{ via: ['carier-a'] }], providers: { 'carrier-a': CARRIER } })
    expect('faults' in reading && reading.faults).toEqual([
      {
        variable: 'ROUTES_FILE',
        problem: 'has a fault: `routes[0].via[0]` is none of the words there are',
        fix: 'Did you mean carrier-a?',
      },
    ])
  })

  test('tells the faults of an account by its own fields, and shows none of its secrets', () => {
    const providers = {
      t: { type: 'twilio', account_sid: 'SKhush', auth_token: 'hush' },
      u: { type: 'twilio', account_sid: TWILIO.TWILIO_ACCOUNT_SID, auth_token: 'hush', api_key: `SK${'0'.repeat(32)}` },
      s: { type: 'smpp', url: 'smpp://acme:hush@smsc.example?window=0' },
      h: { type: 'http', config: { hush: 1 } },
    }
    const found = faults({ providers, routes: [{ via: ['t', 'u', 's', 'h'] }] })
    expect(found.join('\n')).not.toContain('hush@')
    expect(found.map((one) => /`([^`]+)`/.exec(one)?.[1])).toEqual(
      expect.arrayContaining([
        'providers.t.account_sid',
        'providers.u.api_secret',
        'providers.u.from (or messaging_service_sid)',
        'providers.s.url',
      ]),
    )
  })

  test('needs a currency where it has prices, and only there', () => {
    const routes = [{ via: [{ provider: 'carrier-a', prices: { EG: 0.1 } }] }]
    const providers = { 'carrier-a': CARRIER }
    expect(faults({ routes, providers })).toEqual([
      'ROUTES_FILE has a fault: `currency` is missing, while there are prices',
    ])
    expect(faults({ routes, providers, currency: 'EUR' })).toEqual([])
    expect(faults({ routes: [{ via: ['carrier-a'] }], providers })).toEqual([])
  })

  test('that has a route nothing comes to, or a provider nothing goes through, starts with a word about it', () => {
    const reading = read(
      { providers: { 'carrier-a': CARRIER }, routes: [{ via: ['twilio'] }, { countries: ['EG'], via: ['twilio'] }] },
      { ...TWILIO, CARRIER_A_URL },
    )
    expect('hints' in reading && reading.hints).toEqual([
      'ROUTES_FILE: no message comes to routes[1], as routes[0] takes all of its messages first',
      'ROUTES_FILE: no route goes through the provider carrier-a',
    ])
  })

  test('that cannot be read, or is not JSON, is a fault that repeats nothing of it', () => {
    expect(readConfig({ ROUTES_FILE: join(directory, 'none.json') })).toMatchObject({
      faults: [{ variable: 'ROUTES_FILE' }],
    })
    const [fault] = faults('{"providers": {"a": {"url": "smpp://a:hush@b"}}, }')
    expect(fault).toContain('ROUTES_FILE names a file that is not JSON')
    expect(fault).not.toContain('hush')
    expect(faults('[]')[0]).toContain('holds no JSON object')
    // JSON itself would let the last one win, without a word.
    expect(faults('{"providers": {"a": {}, "a": {}}}')[0]).toContain('names a field twice')
  })

  test('names no provider that variables describe, too', () => {
    expect(
      faults({ providers: { twilio: CARRIER }, routes: [{ via: ['twilio'] }] }, { ...TWILIO, CARRIER_A_URL }),
    ).toEqual(['ROUTES_FILE has a fault: `providers.twilio` is the name of the provider that variables describe'])
  })

  test('is as its schema says: what the reader takes the schema takes, and what one refuses the other does', () => {
    expect(schema?.(GOOD)).toBe(true)
    const bad: readonly unknown[] = [
      { ...GOOD, currency: 'Euro' },
      { ...GOOD, routes: [] },
      { ...GOOD, rules: [] },
      { ...GOOD, routes: [{ via: [] }] },
      { ...GOOD, routes: [{ via: ['twilio'], order: 'random' }] },
      { ...GOOD, routes: [{ via: [{ provider: 'twilio', prices: { Egypt: 1 } }] }] },
      { ...GOOD, routes: [{ via: [{ provider: 'twilio', weight: -1 }] }] },
      { ...GOOD, routes: [{ via: ['twilio'], countries: [] }] },
      { ...GOOD, routes: [{ via: ['twilio'], prefixes: ['0020'] }] },
      { ...GOOD, providers: { 'Carrier A': CARRIER } },
      { ...GOOD, providers: { a: { type: 'smpp' } } },
      { ...GOOD, max_price: -1 },
    ]
    for (const content of bad) {
      expect(
        [schema?.(content), faults(content, { ...TWILIO, CARRIER_A_URL }).length > 0],
        JSON.stringify(content),
      ).toEqual([false, true])
    }
  })
})

test('two providers without a routes file are a fault that says so', () => {
  const reading = readConfig({ ...TWILIO, SMPP_URL: CARRIER_A_URL })
  expect(reading).toMatchObject({
    faults: [{ variable: 'SMPP_URL', problem: expect.stringContaining('so is TWILIO_ACCOUNT_SID') as string }],
  })
})

test('one provider alone needs no file, whichever it is', () => {
  const vonage = { VONAGE_API_KEY: 'key', VONAGE_API_SECRET: 'hush', VONAGE_FROM: 'Acme' }
  for (const [env, name] of [
    [TWILIO, 'twilio'],
    [{ SMPP_URL: CARRIER_A_URL }, 'smpp'],
    [vonage, 'vonage'],
  ] as const) {
    const reading = readConfig(env)
    expect('config' in reading && liveProviders(reading.config)).toEqual([name])
  }
  expect(readConfig({ ...vonage, VONAGE_FROM: '' })).toMatchObject({ faults: [{ variable: 'VONAGE_FROM' }] })
})
