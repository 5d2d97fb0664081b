import { expect, test } from 'vitest'
import { readConfig, type Config } from '../../src/settings/config.ts'
import type { ConfigFault } from '../../src/settings/config-reading.ts'

test('SECRET_KEY_PREVIOUS is a list of keys, and shown by no fault', () => {
  const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const both = `${one.toString('base64')}, ${two.toString('base64')}`
  expect(config({ SECRET_KEY_PREVIOUS: both }).previousSecretKeys).toEqual([one, two])
  expect(faults({ SECRET_KEY_PREVIOUS: `${one.toString('base64')},hush` })).toMatchObject([
    { variable: 'SECRET_KEY_PREVIOUS', problem: expect.not.stringContaining('hush') as string },
  ])
})

test('webhooks go to public addresses over https, unless they are allowed more', () => {
  const more = { WEBHOOKS_ALLOW_HTTP: 'on', WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1, fd00::/8' }
  expect(config(more).webhooks).toMatchObject({
    allowHttp: true,
    allowedPrivate: [
      { version: 4, length: 32 },
      { version: 6, length: 8 },
    ],
  })
  for (const WEBHOOKS_ALLOW_PRIVATE of ['10.0.0', 'localhost', '10.0.0.0/33', '::1,'])
    expect(faults({ WEBHOOKS_ALLOW_PRIVATE })).toHaveLength(1)
})

test('ALLOWED_COUNTRIES is a list of countries, in whatever letters', () => {
  expect(config({ ALLOWED_COUNTRIES: 'eg, FR' }).allowedCountries).toEqual(new Set(['EG', 'FR']))
  expect(faults({ ALLOWED_COUNTRIES: 'EG;FR' }).map(({ variable }) => variable)).toEqual(['ALLOWED_COUNTRIES'])
})

function config(env: Readonly<Record<string, string>>): Config {
  const read = readConfig(env)
  if ('faults' in read) throw new Error('there are faults')
  return read.config
}

function faults(env: Readonly<Record<string, string>>): readonly ConfigFault[] {
  const read = readConfig(env)
  return 'faults' in read ? read.faults : []
}
