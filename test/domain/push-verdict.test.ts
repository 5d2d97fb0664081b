import { expect, test } from 'vitest'
import { pushVerdict, type JudgedPush } from '../../src/domain/push/push-verdict.ts'

const FALLBACK = { state: 'waiting', reason: null, afterSeconds: 60, messageId: null } as const

test.each<[Partial<JudgedPush>, string]>([
  [{ counts: { received: 1 } }, 'It is on the device, which reported it.'],
  [{ counts: { opened: 1 } }, 'It was opened.'],
  [{ counts: { sent: 1 } }, 'Probably: the push service took it, and says no more than that.'],
  [{ counts: { failed: 1 } }, 'No: the device could not be reached.'],
  [
    { targets: 1_200, counts: { opened: 3, received: 1_000, sent: 197 } },
    'It was opened on 3 of 1,200 devices, and 1,000 more reported it.',
  ],
  [
    { counts: { sent: 1 }, fallback: FALLBACK },
    'Probably: the push service took it, and says no more than that. Unless that is confirmed within 60 s, an SMS goes out.',
  ],
  [
    { counts: { sent: 1 }, fallback: { ...FALLBACK, state: 'went_out', reason: 'unconfirmed', messageId: 7 } },
    'Probably: the push service took it, and says no more than that. Nobody confirmed it within 60 s, so an SMS went out: message 7.',
  ],
  [
    { counts: { suppressed: 1 }, fallback: { ...FALLBACK, state: 'went_out', reason: 'all_failed', messageId: 7 } },
    'No: the device could not be reached. So an SMS went out in its place: message 7.',
  ],
  [{ provider: 'sandbox', counts: { captured: 1 } }, 'This is a test: the sandbox kept it here, and nothing was sent.'],
  [
    { provider: 'sandbox', counts: { failed: 1 } },
    'This is a test, and nothing left this machine. In the play: No: the device could not be reached.',
  ],
  [
    { provider: 'sandbox', targets: 3, counts: { captured: 1, suppressed: 2 } },
    'This is a test: the sandbox kept it for 1 of 3 devices, and nothing was sent.',
  ],
  [
    { provider: 'sandbox', counts: { cancelled: 1 } },
    'This is a test, and nothing left this machine. In the play: It was cancelled, and never sent.',
  ],
  [{ provider: 'sandbox', targets: 2, counts: { captured: 1, queued: 1 } }, 'Not yet: it is on its way, or waits.'],
  [
    { counts: { received: 1 }, fallback: { ...FALLBACK, state: 'confirmed' } },
    'It is on the device, which reported it.',
  ],
])('what became of a push is said in a sentence: %j', (push, sentence) => {
  expect(pushVerdict({ provider: 'fcm', targets: 1, counts: {}, fallback: null, ...push })).toBe(sentence)
})
