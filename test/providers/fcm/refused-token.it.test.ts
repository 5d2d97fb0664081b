import { expect, test } from 'vitest'
import { setUp, tokenOf } from './access.ts'
import { failureOf, NEVER, range, rig, startFake, submit, tokens } from './rig.ts'

const MINUTE = 60_000

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

const ACCOUNT_OFF = { status: 400, body: { error: 'invalid_grant', error_description: 'Account disabled' } }

test('Google’s no is asked for again after 5, 10, 20, 40 and 60 seconds, and in between it is told when', async () => {
  const fake = await startFake()
  const { access, problems, pass } = setUp(fake, { chance: 0.5 })
  fake.failTokens(ACCOUNT_OFF)
  for (const seconds of [5, 10, 20, 40, 60, 60]) {
    expect(await access.get(NEVER)).toMatchObject({ kind: 'refused', againMs: seconds * 1_000 })
    pass(seconds * 1_000 - 1)
    expect(await access.get(NEVER)).toMatchObject({ kind: 'refused', againMs: 1 })
    pass(1)
  }
  expect(problems.length).toBe(6)
  fake.failTokens(null)
  tokenOf(await access.get(NEVER))
  pass(60 * MINUTE)
  fake.failTokens(ACCOUNT_OFF)
  expect(await access.get(NEVER)).toMatchObject({ againMs: 5_000 })
})

test('while Google is out of reach it is asked as before, whatever it refused meanwhile', async () => {
  const fake = await startFake()
  const { access, pass } = setUp(fake, { chance: 1 })
  const answers = [ACCOUNT_OFF, ACCOUNT_OFF, { status: 503, body: 'no' }, ACCOUNT_OFF]
  const waits: number[] = []
  for (const answer of answers) {
    fake.failTokens(answer)
    const result = await access.get(NEVER)
    const againMs = 'againMs' in result ? result.againMs : 0
    waits.push(againMs)
    pass(againMs)
  }
  expect(waits).toEqual([5_000, 10_000, 1_000, 5_000])
})

test('a token that FCM refuses is not shown again, and pushes go on seconds after the account is mended', async () => {
  const clock = { ms: 0 }
  const { fake, provider } = await rig({ monotonic: () => clock.ms })
  await submit(provider, tokens('a'))
  fake.revokeTokens()
  fake.failTokens(ACCOUNT_OFF)
  for (const seconds of [5, 10]) {
    const told = failureOf((await submit(provider, tokens('b')))[0])
    expect(told).toMatchObject({ reason: 'credentials_refused', waitMs: seconds * 1_000, pause: 'lane' })
    if (seconds === 10) fake.failTokens(null)
    clock.ms += seconds * 1_000
  }
  expect((await submit(provider, tokens('b'))).map(({ kind }) => kind)).toEqual(['accepted'])
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
