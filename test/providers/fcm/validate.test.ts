import { expect, test } from 'vitest'
import type { PushTarget } from '../../../src/domain/provider.ts'
import type { SeenSend } from '../../../src/fakes/fcm.ts'
import { CONTENT, NEVER, rig } from './rig.ts'

const token = (value: string): PushTarget => ({ kind: 'token', value })

test('FCM is asked whether it would take a message, with its exact words, and delivers nothing', async () => {
  const sends: SeenSend[] = []
  const { fake, provider } = await rig({ fake: { onSend: (send) => void sends.push(send) } })
  expect(await provider.validate?.(CONTENT, token('token-1'), NEVER)).toEqual({
    result: 'accepted',
    reason: null,
    code: null,
  })
  expect(JSON.parse(sends[0]?.body ?? '')).toMatchObject({
    message: { token: 'token-1', notification: { title: 'Hello', body: 'World' } },
    validate_only: true,
  })
  expect(fake.accepted()).toBe(0)
})

test.each([
  ['fake.invalid-payload', 'refused', 'invalid_payload', 'INVALID_ARGUMENT message.android.ttl'],
  ['fake.invalid-argument', 'refused', 'invalid_payload', 'INVALID_ARGUMENT'],
  ['fake.unregistered', 'refused', 'unregistered', 'UNREGISTERED'],
  ['fake.permission-denied', 'refused', 'permission_denied', 'PERMISSION_DENIED'],
  ['fake.unavailable', 'unanswered', 'unavailable', 'UNAVAILABLE'],
  ['fake.quota-project', 'unanswered', 'quota_exceeded', 'QUOTA_EXCEEDED'],
])('what FCM says of %s is %s', async (value, result, reason, code) => {
  const { provider } = await rig()
  expect(await provider.validate?.(CONTENT, token(value), NEVER)).toEqual({ result, reason, code })
})
