import { describe, expect, test } from 'vitest'
import { judgeWebhook, WEBHOOK_WAITS_SECONDS, type WebhookAnswer } from '../../src/domain/webhooks/webhook-attempt.ts'

const answered = (status: number, retryAfterMs: number | null = null): WebhookAnswer => ({
  kind: 'answered',
  status,
  retryAfterMs,
})
const REFUSED: WebhookAnswer = { kind: 'failed', failure: 'connect' }

describe('a webhook that fails', () => {
  test('is tried ten times: at once, after 5 s, 5 and 30 min, 2, 5, 10, 14, 20 and 24 h', () => {
    const waits = WEBHOOK_WAITS_SECONDS.map((_, index) => judgeWebhook(answered(500), index + 1, 0))
    expect(waits.map((verdict) => (verdict.kind === 'again' ? verdict.waitSeconds : verdict.kind))).toEqual([
      5,
      300,
      1_800,
      7_200,
      18_000,
      36_000,
      50_400,
      72_000,
      86_400,
      'given_up',
    ])
  })

  test('comes back later by a tenth at most, so that many do not come back together', () => {
    expect(judgeWebhook(REFUSED, 2, 0)).toMatchObject({ waitSeconds: 300 })
    expect(judgeWebhook(REFUSED, 2, 0.999)).toMatchObject({ waitSeconds: expect.closeTo(330, 0) as number })
  })

  test('is left alone for as long as it asks, and never comes back sooner', () => {
    expect(judgeWebhook(answered(429, 60_000), 1, 0)).toEqual({ kind: 'again', waitSeconds: 60, pauseSeconds: 60 })
    expect(judgeWebhook(answered(503, 1_000), 1, 0)).toEqual({ kind: 'again', waitSeconds: 5, pauseSeconds: 1 })
    expect(judgeWebhook(answered(500, 60_000), 1, 0)).toEqual({ kind: 'again', waitSeconds: 60, pauseSeconds: null })
  })
})

test('only 2xx is success: what leads elsewhere is not, and 410 is the end', () => {
  const kinds = [200, 204, 299, 199, 301, 302, 308, 400, 401, 404, 410, 500].map(
    (status) => judgeWebhook(answered(status), 1, 0).kind,
  )
  expect(kinds.slice(0, 3)).toEqual(['delivered', 'delivered', 'delivered'])
  expect(kinds.slice(3)).toEqual(['again', 'again', 'again', 'again', 'again', 'again', 'again', 'gone', 'again'])
})
