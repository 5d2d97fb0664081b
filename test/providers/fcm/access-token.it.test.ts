import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readCredentials } from '../../../src/providers/fcm/credentials.ts'
import { until } from '../../support/until.ts'
import { setUp, tokenOf } from './access.ts'
import { after, credentialsOf, NEVER, range, rig, startFake, submit, tokens } from './rig.ts'

const MINUTE = 60_000

test('many who need a token at once share one request', async () => {
  const fake = await startFake()
  const { access } = setUp(fake)
  const results = await Promise.all(range(200).map(() => access.get(NEVER)))
  expect(new Set(results.map((result) => tokenOf(result).value)).size).toBe(1)
  expect(fake.tokensIssued()).toBe(1)
})

test('a token is renewed between 53 and 55 minutes, and the old one stays in use meanwhile', async () => {
  for (const [chance, minutes] of [
    [0, 55],
    [1, 53],
  ] as const) {
    const fake = await startFake()
    const { access, pass } = setUp(fake, { chance })
    const first = tokenOf(await access.get(NEVER))
    pass(minutes * MINUTE - 1)
    expect(access.current()).toBe(first)
    expect(fake.tokensIssued()).toBe(1)
    pass(1)
    fake.failTokens('hang')
    expect(access.current()).toBe(first)
    expect(await access.get(NEVER)).toBe(first)
  }
})

test('a renewed token takes the place of the old one', async () => {
  const fake = await startFake()
  const { access, pass } = setUp(fake)
  const first = tokenOf(await access.get(NEVER))
  pass(55 * MINUTE)
  expect(access.current()).toBe(first)
  await until(() => access.current() !== first)
  expect(fake.tokensIssued()).toBe(2)
})

test('a renewal that fails leaves the old token in use until it ends, and is tried again with a growing wait', async () => {
  const fake = await startFake()
  const { access, problems, pass } = setUp(fake)
  const first = tokenOf(await access.get(NEVER))
  fake.failTokens({ status: 503, body: 'no' })
  pass(55 * MINUTE)
  expect(access.current()).toBe(first)
  await until(() => problems.length === 1)
  expect(access.current()).toBe(first)
  pass(499)
  expect(access.current()).toBe(first)
  expect(problems.length).toBe(1)
  pass(1)
  access.current()
  await until(() => problems.length === 2)
  pass(5 * MINUTE)
  expect(access.current()).toBeNull()
  expect(await access.get(NEVER)).toMatchObject({ kind: 'unreachable', code: 'HTTP 503' })
  fake.failTokens(null)
  pass(MINUTE)
  expect(tokenOf(await access.get(NEVER))).not.toBe(first)
})

test('Google out of reach at the start fails nothing for good', async () => {
  const fake = await startFake()
  const { access, pass } = setUp(fake, { totalMs: 300 })
  fake.failTokens('hang')
  expect(await access.get(NEVER)).toMatchObject({ kind: 'unreachable', code: 'timeout' })
  fake.failTokens(null)
  expect(await access.get(NEVER)).toMatchObject({ kind: 'unreachable' })
  // A slow machine may need longer than the call has.
  await until(async () => {
    pass(MINUTE)
    return 'value' in ((await access.get(NEVER)) ?? {})
  })
})

test('who is aborted stops waiting, the others get their token', async () => {
  const fake = await startFake()
  const { access } = setUp(fake)
  const stopped = new AbortController()
  const [leaving, staying] = [access.get(stopped.signal), access.get(NEVER)]
  stopped.abort()
  expect(await leaving).toEqual({ kind: 'aborted' })
  tokenOf(await staying)
})

test('a key that Google does not know is refused with its own words', async () => {
  const fake = await startFake()
  const other = await startFake()
  const json = { ...fake.serviceAccount, private_key: other.serviceAccount['private_key'] }
  const { access } = setUp(fake, { json })
  expect(await access.get(NEVER)).toMatchObject({
    kind: 'refused',
    code: 'invalid_grant',
    detail: expect.stringContaining('Invalid JWT Signature') as unknown,
  })
})

test('a clock that is off is named as the reason', async () => {
  const fake = await startFake()
  const { access } = setUp(fake, { now: () => new Date(Date.now() + 10 * MINUTE) })
  const result = await access.get(NEVER)
  expect(result).toMatchObject({ kind: 'refused', code: 'invalid_grant' })
  expect(JSON.stringify(result)).toMatch(/clock is (599|600|601) s ahead of/)
})

test('the metadata server gives a token and names the project', async () => {
  const { fake, provider } = await rig()
  const { access } = setUp(fake, { json: null })
  tokenOf(await access.get(NEVER))
  const onGoogle = await rig({ credentials: credentialsOf(null, fake.url), pool: { origin: fake.url } })
  expect((await submit(onGoogle.provider, tokens('a', 'b'))).map(({ kind }) => kind)).toEqual(['accepted', 'accepted'])
  expect(fake.accepted()).toBe(2)
  await provider.close()
})

test('an external account exchanges the token of a file or a URL, and may act as a service account', async () => {
  const fake = await startFake()
  const folder = await mkdtemp(join(tmpdir(), 'subject-'))
  after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'token')
  await writeFile(file, `${fake.subjectToken}\n`)
  const account = {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${fake.url}/sts/token`,
  }
  const url = { url: `${fake.url}/subject-token`, format: { type: 'json', subject_token_field_name: 'value' } }
  for (const credential_source of [{ file }, url]) {
    tokenOf(await setUp(fake, { json: { ...account, credential_source } }).access.get(NEVER))
  }
  const impersonation = { service_account_impersonation_url: `${fake.url}/impersonate` }
  const before = fake.tokensIssued()
  const acting = setUp(fake, { json: { ...account, credential_source: { file }, ...impersonation } })
  tokenOf(await acting.access.get(NEVER))
  expect(fake.tokensIssued()).toBe(before + 2)

  await writeFile(file, 'something else')
  const wrong = await setUp(fake, { json: { ...account, credential_source: { file } } }).access.get(NEVER)
  expect(wrong).toMatchObject({ kind: 'refused', code: 'invalid_request' })
  await rm(file)
  const missing = await setUp(fake, { json: { ...account, credential_source: { file } } }).access.get(NEVER)
  expect(missing).toMatchObject({ kind: 'unreachable', code: 'subject_token' })
})

test('the project of an external account is read from the service account it acts as', () => {
  const credentials = credentialsOf({
    type: 'external_account',
    audience: 'a',
    subject_token_type: 'b',
    token_url: 'https://sts.googleapis.com/v1/token',
    credential_source: { file: '/token' },
    service_account_impersonation_url:
      'https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/push@my-project.iam.gserviceaccount.com:generateAccessToken',
  })
  expect(credentials.projectId).toBe('my-project')
})

test.each([
  [{}, 'neither service_account nor external_account'],
  [{ type: 'authorized_user' }, 'a person'],
  [{ type: 'service_account', project_id: 'p', client_email: 'e' }, 'private_key'],
  [{ type: 'service_account', project_id: 'p', client_email: 'e', private_key: 'x' }, 'RSA key'],
  [{ type: 'external_account' }, 'audience'],
  [
    {
      type: 'external_account',
      audience: 'a',
      subject_token_type: 'b',
      token_url: 'https://sts.googleapis.com/v1/token',
      credential_source: { environment_id: 'aws1' },
    },
    'AWS is not supported',
  ],
])('credentials %o are refused with a sentence', (json, sentence) => {
  const reading = readCredentials(json)
  expect(reading).toMatchObject({ kind: 'problem', problem: expect.stringContaining(sentence) as unknown })
})
