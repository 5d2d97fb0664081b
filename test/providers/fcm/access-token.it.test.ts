import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FakeFcm } from '../../../src/fakes/fcm.ts'
import { type AccessToken, createAccessTokens, type TokenResult } from '../../../src/providers/fcm/access-token.ts'
import { readCredentials } from '../../../src/providers/fcm/credentials.ts'
import { createTokenSource, type TokenProblem } from '../../../src/providers/fcm/token-source.ts'
import { createHttpCall } from '../../../src/providers/http-call.ts'
import { until } from '../../support/until.ts'
import { after, credentialsOf, failureOf, NEVER, range, rig, startFake, submit, tokens } from './rig.ts'

interface SetUp {
  readonly json?: Readonly<Record<string, unknown>> | null
  readonly now?: () => Date
  readonly chance?: number
  readonly totalMs?: number
}

function setUp(
  fake: FakeFcm,
  { json = fake.serviceAccount, now = () => new Date(), chance = 0, totalMs = 20_000 }: SetUp = {},
) {
  let nowMs = 0
  const call = createHttpCall({ connections: 4, totalMs })
  after(() => call.close())
  const problems: TokenProblem[] = []
  const access = createAccessTokens(createTokenSource(credentialsOf(json, fake.url), { call, now }), {
    monotonic: () => nowMs,
    chance: () => chance,
    onProblem: (problem) => void problems.push(problem),
  })
  after(() => access.close())
  return { access, problems, pass: (ms: number) => void (nowMs += ms) }
}

function tokenOf(result: TokenResult | null): AccessToken {
  if (result === null || 'kind' in result) throw new Error(`no token: ${JSON.stringify(result)}`)
  return result
}

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

test('a token that FCM no longer takes is replaced once and the message sent again', async () => {
  const { fake, provider } = await rig()
  await submit(provider, tokens('a'))
  fake.revokeTokens()
  const outcomes = await submit(provider, tokens(...range(100).map(String)))
  expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true)
  expect(fake.tokensIssued()).toBe(2)
  expect(fake.accepted()).toBe(101)
})

test('who learns late that a token was refused gets the one that has replaced it', async () => {
  const fake = await startFake()
  const { access } = setUp(fake)
  const first = tokenOf(await access.get(NEVER))
  const second = tokenOf(await access.replace(first, NEVER))
  expect(await access.replace(first, NEVER)).toBe(second)
  expect(await access.replace(second, NEVER)).toMatchObject({ kind: 'refused', code: 'UNAUTHENTICATED' })
  expect(fake.tokensIssued()).toBe(2)
})

test('a fresh token that is not taken either holds the lane for a minute and asks for no other', async () => {
  const { fake, provider } = await rig()
  const list = tokens(...range(50).map((index) => `fake.unauthenticated..${index}`))
  const outcomes = [...(await submit(provider, list)), ...(await submit(provider, list))]
  for (const outcome of outcomes) expect(failureOf(outcome).counted).toBe(false)
  expect(failureOf(outcomes[0])).toMatchObject({ class: 'blocked', pause: 'lane', waitMs: 60_000, address: 'keep' })
  expect(fake.tokensIssued()).toBe(2)
})

test('without an access token nothing is written and nothing fails', async () => {
  const { fake, provider, warnings } = await rig()
  fake.failTokens({ status: 400, body: { error: 'invalid_grant', error_description: 'Account not found' } })
  const outcomes = await submit(provider, tokens('a', 'b'))
  expect(failureOf(outcomes[0])).toMatchObject({
    class: 'blocked',
    reason: 'credentials_refused',
    code: 'invalid_grant',
  })
  expect(warnings).toEqual([expect.stringContaining('invalid_grant: Account not found')])
  expect(warnings.join()).not.toContain('PRIVATE KEY')
  const [step] = await firstStep(provider.check(NEVER))
  expect(step).toMatchObject({ name: 'access token', ok: false })
})

async function firstStep<T>(steps: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const step of steps) found.push(step)
  return found
}
