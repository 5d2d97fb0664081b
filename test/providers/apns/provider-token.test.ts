import { createPrivateKey } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { createKeys } from '../../../src/fakes/apns/provider-token.ts'
import { createProviderTokens } from '../../../src/providers/apns/provider-token.ts'

const HALF_PAST = new Date('2026-03-01T12:30:00Z').getTime()
const MINUTE = 60_000

function setUp(startMs: number) {
  let nowMs = startMs
  const now = () => new Date(nowMs)
  const keys = createKeys(now)
  const { key, keyId, teamId } = keys.key
  const tokens = createProviderTokens({ key: createPrivateKey(key), keyId, teamId }, now)
  return { keys, tokens, pass: (ms: number) => void (nowMs += ms), at: () => nowMs }
}

test('a token is signed as Apple wants it', async () => {
  const { keys, tokens } = setUp(HALF_PAST + 5 * MINUTE)
  const { authorization } = await tokens.get()
  expect(keys.judge(authorization)).toEqual({ issuedAtSeconds: HALF_PAST / 1_000 })
  const token = authorization.replace('bearer ', '')
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', kid: 'LOOKALIKE1' })
  expect(decodeJwt(token)).toEqual({ iss: 'FAKETEAM01', iat: HALF_PAST / 1_000 })
  expect(keys.judge(`${authorization.slice(0, -8)}AAAAAAAA`)).toBe('InvalidProviderToken')
})

test('over a day every token is taken, none is older than 52 minutes, and a new one comes after 21 minutes at the earliest', async () => {
  for (const offset of [0, 1, 20, 29]) {
    const { keys, tokens, pass, at } = setUp(HALF_PAST + offset * MINUTE)
    let [last, changedAt] = [(await tokens.get()).authorization, at()]
    for (let minute = 0; minute < 24 * 60; minute += 3) {
      pass(3 * MINUTE)
      const { authorization, issuedAtSeconds } = await tokens.get()
      expect(keys.judge(authorization)).toEqual({ issuedAtSeconds })
      const age = at() / 1_000 - issuedAtSeconds
      expect(age).toBeGreaterThanOrEqual(60)
      expect(age).toBeLessThan(52 * 60)
      if (authorization === last) continue
      expect(at() - changedAt).toBeGreaterThanOrEqual(21 * MINUTE)
      ;[last, changedAt] = [authorization, at()]
    }
    expect(changedAt).toBeGreaterThan(HALF_PAST)
  }
})

test('a clock that is up to a minute fast makes no token of the future', async () => {
  for (const [after, issued] of [
    [0, -1_800],
    [59_000, -1_800],
    [60_000, 0],
  ] as const) {
    const { tokens } = setUp(HALF_PAST + after)
    expect((await tokens.get()).issuedAtSeconds).toBe(HALF_PAST / 1_000 + issued)
  }
})

test('nodes that start at different moments say that their tokens are of the same time', async () => {
  const [one, other] = [setUp(HALF_PAST + 2 * MINUTE), setUp(HALF_PAST + 25 * MINUTE)]
  expect((await one.tokens.get()).issuedAtSeconds).toBe((await other.tokens.get()).issuedAtSeconds)
})

test('a token that Apple finds too old is replaced by a newer one, if there is one', async () => {
  const { tokens, pass } = setUp(HALF_PAST + 5 * MINUTE)
  const first = await tokens.get()
  expect(await tokens.replace(first)).toBeNull()
  pass(30 * MINUTE)
  const second = await tokens.replace(first)
  expect(second?.issuedAtSeconds).toBe(first.issuedAtSeconds + 1_800)
  expect(await tokens.replace(first)).toBe(second)
  expect(await tokens.get()).toBe(second)
})

test('after the clock was set back no token of the future is used', async () => {
  const { tokens, pass, at } = setUp(HALF_PAST + 5 * MINUTE)
  await tokens.get()
  pass(-20 * MINUTE)
  expect((await tokens.get()).issuedAtSeconds).toBeLessThan(at() / 1_000)
})
