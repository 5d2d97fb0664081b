import { expect, test } from 'vitest'
import { isOfWebhooks, placeOf } from '../../../web/dashboard/webhooks/address.ts'
import {
  createWebhooksClient,
  type Webhook,
  type WebhookAttempt,
  type WebhookDelivery,
} from '../../../web/dashboard/webhooks/client.ts'
import {
  attemptLook,
  replayedOf,
  standingOf,
  testedOf,
  toField,
  triesOf,
  wordsIn,
} from '../../../web/dashboard/webhooks/words.ts'

const NOW = new Date('2026-03-05T14:02:11.000Z')
const BEFORE = '2026-03-01T14:02:11.000Z'

const WEBHOOK: Webhook = {
  id: 1,
  url: 'https://hooks.example.com/',
  description: '',
  types: ['*'],
  payload: 'thin',
  enabled: true,
  disabled_at: null,
  disabled_reason: null,
  failing_since: null,
  old_secret_until: null,
  created_at: BEFORE,
  updated_at: BEFORE,
}

const DELIVERY: WebhookDelivery = {
  id: 1,
  webhook_id: 1,
  event_id: '742-1',
  type: 'sms.delivered',
  status: 'queued',
  attempt_count: 1,
  next_attempt_at: '2026-03-07T14:02:16.000Z',
  created_at: BEFORE,
  updated_at: BEFORE,
}

function attempt(status: number | null, failure: string | null = null): WebhookAttempt {
  return { number: 1, started_at: BEFORE, finished_at: '2026-03-01T14:02:11.340Z', status, failure, answer: null }
}

test('an address names the list, the form or one webhook, and what it does not know is the list', () => {
  expect(placeOf('/dashboard/webhooks')).toEqual({ kind: 'list' })
  expect(placeOf('/dashboard/webhooks/add')).toEqual({ kind: 'add' })
  expect(placeOf('/dashboard/webhooks/17/')).toEqual({ kind: 'one', id: 17 })
  for (const word of ['0', '-1', '1e3', '17/x', '<script>']) {
    expect(placeOf(`/dashboard/webhooks/${word}`)).toEqual({ kind: 'list' })
  }
  expect(['/dashboard/webhooks/1', '/dashboard/webhooksx', '/dashboard'].map(isOfWebhooks)).toEqual([
    true,
    false,
    false,
  ])
})

test.each<[Partial<Webhook>, string, string]>([
  [{}, 'Enabled', 'Events are sent there, and nothing is failing.'],
  [
    { failing_since: BEFORE },
    'Failing since 1 Mar',
    'Every try since 1 Mar failed. After 120 hours of that it is disabled.',
  ],
  [{ enabled: false, disabled_reason: 'caller' }, 'Disabled', 'Somebody disabled it. Nothing is sent there.'],
  [
    { enabled: false, disabled_reason: 'gone', disabled_at: BEFORE },
    'Disabled by itself',
    'Its receiver answered 410, so it wants no more. Nothing is sent there since 1 Mar.',
  ],
  [
    { enabled: false, disabled_reason: 'failing', disabled_at: BEFORE },
    'Disabled by itself',
    'It took nothing for 120 hours. Nothing is sent there since 1 Mar.',
  ],
])('%j is told as: %s', (fields, word, sentence) => {
  const standing = standingOf({ ...WEBHOOK, ...fields }, NOW)
  expect([standing.look.word, standing.sentence]).toEqual([word, sentence])
})

test('a delivery says how often it was tried, and when it will be', () => {
  expect(triesOf(DELIVERY, NOW)).toBe('1 try, next at 7 Mar')
  expect(triesOf({ ...DELIVERY, next_attempt_at: BEFORE }, NOW)).toBe('1 try, due now')
  expect(triesOf({ ...DELIVERY, status: 'failed', attempt_count: 10, next_attempt_at: null }, NOW)).toBe('10 tries')
})

test('what came of a try is said in words, also where there was no answer', () => {
  expect(testedOf(attempt(204))).toBe('The test was taken: 204 after 340 ms.')
  expect(testedOf(attempt(302))).toBe('The test was not taken: 302 after 340 ms.')
  expect(testedOf(attempt(null, 'connect'))).toBe('The test was not taken: nobody listens there, after 340 ms.')
  expect(attemptLook(attempt(null, 'something new')).word).toBe('No answer')
  expect([replayedOf(0), replayedOf(1)]).toEqual([
    'There was nothing to deliver again.',
    '1 event will be delivered again.',
  ])
})

test('a field of date and time means what the browser’s clock says', () => {
  expect(new Date(toField(NOW)).toISOString()).toBe('2026-03-05T14:02:00.000Z')
  expect(wordsIn(' sms.delivered,sms.failed\n push.failed ,')).toEqual(['sms.delivered', 'sms.failed', 'push.failed'])
})

test('a list is read to its end, and a refusal keeps the words of the service', async () => {
  const asked: string[] = []
  const client = createWebhooksClient((path) => {
    asked.push(typeof path === 'string' ? path : '')
    const next = asked.length === 1 ? 'abc' : null
    return Promise.resolve(Response.json({ success: true, data: [{ ...WEBHOOK, id: asked.length }], next }))
  })
  expect((await client.list(new AbortController().signal)).map(({ id }) => id)).toEqual([1, 2])
  expect(asked).toEqual(['/webhooks?limit=200', '/webhooks?limit=200&cursor=abc'])
  const body = { success: false, message: 'This key lacks the scope webhooks:write' }
  const refusing = createWebhooksClient(() => Promise.resolve(Response.json(body, { status: 403 })))
  await expect(refusing.remove(1)).rejects.toMatchObject({ status: 403, message: body.message })
})
