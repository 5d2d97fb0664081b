import fc, { type Arbitrary } from 'fast-check'
import { SCOPES } from '../../src/domain/caller.ts'
import { COMMAND_LINE } from '../../src/flows/keys/keys.ts'
import type { Hints } from '../support/schema-values.ts'
import type { WholeNode } from '../support/whole-node.ts'

export interface WorldKeys {
  /** Values of `Authorization`, good ones and others. */
  readonly authorizations: readonly string[]
  /** One that nobody revokes. */
  readonly key: string
  /** Of keys that calls may change and revoke. */
  readonly ids: readonly string[]
}

const VICTIMS = 40

export async function makeKeys({ app }: WholeNode): Promise<WorldKeys> {
  const input = { mode: 'live', name: 'fuzz', countries: null, topics: null, cidrs: null, expiresAt: null } as const
  const all = await app.keys.create({ ...input, scopes: SCOPES }, COMMAND_LINE)
  const reads = await app.keys.create({ ...input, scopes: ['messages:read'] }, COMMAND_LINE)
  const captures = await app.keys.create({ ...input, mode: 'test', scopes: ['sms:send'] }, COMMAND_LINE)
  const ids: string[] = []
  for (let made = 0; made < VICTIMS; made += 1) {
    ids.push((await app.keys.create({ ...input, scopes: ['sms:send'] }, COMMAND_LINE)).record.id)
  }
  // Only an administrator changes keys.
  const good = [all, all, all, all, reads, captures].map((made) => `Bearer ${made.key}`)
  const others = [`Bearer ${all.key.slice(0, -1)}`, 'Bearer tidings_live_', 'Basic eDp5', 'Bearer', '']
  return { authorizations: [...good, ...others], key: all.key, ids }
}

const CONTACTS = ['+201009129288', '+201009129289', '+15005550006', '00201009129288', '+20 100 912 9288', '12', '']
const NAMES = ['order', 'code', 'news.en']

const SEARCHES = [
  '',
  'status:captured',
  '-status:failed',
  'to:+201009129288',
  '"a b"',
  'tag:x since:1h',
  'category:otp before:2030-01-01',
  'is:open',
  'a"b',
  'status:',
  'x:y',
]

const VARIABLES = { n: { type: 'number', sample: 5 }, who: { type: 'text', sample: 'Zoë', max_length: 20 } }
const TEMPLATES = [
  { kind: 'sms', locales: { en: { subject: 'Order', message: '{n} for {who}' } } },
  { kind: 'sms', locales: { en: { subject: '', message: '{n, plural, one {# a} other {# b}} {who}' } } },
  { kind: 'push', locales: { en: { title: '{who}', body: '{n}' }, ar: { title: '{who}', body: '{n}' } } },
].map((template) => ({ ...template, default_locale: 'en', variables: VARIABLES }))

/**
 * By the name of a field, of a parameter of the query (`?q`) or of the path (`{id}`), of that of one route, or a whole body by its route.
 * `lastSms`, `lastPush`: ids of what was accepted last.
 */
export function hintsFor({ key, ids }: WorldKeys, lastSms: number, lastPush: number): Hints {
  const near = (last: number): Arbitrary<number> => fc.integer({ min: Math.max(1, last - 60), max: last + 2 })
  const either = fc.oneof(
    near(lastSms).map((id) => `sms_${id}`),
    near(lastPush).map((id) => `push_${id}`),
  )
  return {
    ...FIELDS,
    'GET /smss/{id} {id}': near(lastSms),
    'POST /smss/{id}/cancel {id}': near(lastSms),
    'POST /smss/{id}/converted {id}': near(lastSms),
    'POST /smss/{id}/resend {id}': near(lastSms),
    'POST /inbox/{id}/play {id}': either,
    ...Object.fromEntries(OF_WEBHOOKS.map((route) => [`${route} {id}`, fc.integer({ min: 1, max: 3 })])),
    'DELETE /webhooks/{id} {id}': fc.integer({ min: 4, max: 9 }),
    '{id}': near(lastPush),
    '{key}': fc.constantFrom(...ids, 'abcdefghij'),
    key: fc.constantFrom(key, 'k-1', 'k-2', 'k-3'),
  }
}

const OF_WEBHOOKS = [
  'GET /webhooks/{id}',
  'PATCH /webhooks/{id}',
  'POST /webhooks/{id}/secret',
  'POST /webhooks/{id}/replay',
  'POST /webhooks/{id}/test',
  'GET /webhooks/{id}/deliveries',
  'GET /webhooks/deliveries/{id}',
  'POST /webhooks/deliveries/{id}/replay',
]

const SMS = fc.record({
  contact: fc.constantFrom(...CONTACTS.slice(0, 4)),
  subject: fc.string({ unit: 'grapheme', maxLength: 20 }),
  message: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
})

const COMMON = fc.record(
  { tag: fc.constantFrom('x', 'login'), category: fc.constantFrom('otp', 'marketing'), ttl: fc.constantFrom(1, 600) },
  { requiredKeys: [] },
)

/** In capture mode a push retires it. */
const RETIRES = 'sandbox:unregistered'

const DEVICE = fc.record(
  {
    client: fc.constantFrom(...CONTACTS.slice(0, 2)),
    platform: fc.constantFrom('ios', 'web'),
    app: fc.constant('shop'),
  },
  { requiredKeys: ['app'] },
)

const DEVICE_FILTERS = fc.constantFrom(
  { apps: ['shop'] },
  { client: CONTACTS[0] },
  { platforms: ['ios'], locales: ['en'] },
)

const TOPIC_DEVICES = fc.oneof(
  fc.record({ tokens: fc.uniqueArray(fc.constantFrom('token-1', 'token-2', 'token-3'), { minLength: 1 }) }),
  DEVICE_FILTERS.map((to) => ({ to })),
)

const FIELDS: Hints = {
  contact: fc.constantFrom(...CONTACTS),
  '{contact}': fc.constantFrom(...CONTACTS.slice(0, 4)),
  '?to': fc.constantFrom(...CONTACTS.slice(0, 3)),
  '?q': fc.constantFrom(...SEARCHES),
  '{token}': fc.integer({ min: 1, max: 9 }).map((n) => `token-${n}`),
  'POST /tokens/{token}/restore {token}': fc.constant(RETIRES),
  '{topic}': fc.constantFrom('news', 'sport', '%2Ftopics%2Fnews', 'a b'),
  '{code}': fc.constantFrom('not_found', 'invalid_json.txt', 'overloaded', 'nothing'),
  '{name}': fc.constantFrom(...NAMES),
  'DELETE /templates/{name} {name}': fc.constantFrom('code', 'gone'),
  name: fc.constantFrom(...NAMES),
  version: fc.integer({ min: 1, max: 9 }),
  locale: fc.constantFrom('en', 'ar', 'x y'),
  variables: fc.constantFrom({ n: 5, who: 'Zoë' }, { n: 5, who: 'x'.repeat(30) }, { n: 'five', who: '' }, {}),
  tag: fc.constantFrom('x', 'login', 'a b', '=1+1'),
  tokens: fc.uniqueArray(
    fc.integer({ min: 1, max: 300 }).map((n) => `token-${n}`),
    { minLength: 1, maxLength: 5 },
  ),
  fids: fc.uniqueArray(fc.constantFrom('fid-1', 'fid-2', 'fid-3'), { minLength: 1, maxLength: 3 }),
  countries: fc.constantFrom(null, ['EG'], ['EG', 'US']),
  topics: fc.constantFrom(null, ['news*']),
  cidrs: fc.constantFrom(null, ['2001:db8::/32', '127.0.0.0/8']),
  condition: fc.constantFrom("'news' in topics", "!('news' in topics) || 'sport' in topics", "'news'", ''),
  image: fc.constantFrom('https://example.com/a.png', 'http://example.com/é'),
  link: fc.constantFrom('https://example.com/', 'https://'),
  android: fc.constantFrom({}, { priority: 'high' }, { ttl: '5s' }, { x: 1 }),
  apns: fc.constantFrom({}, { headers: { 'apns-priority': '10' } }, { payload: { aps: { badge: 1 } } }),
  webpush: fc.constantFrom({}, { headers: { Urgency: 'high' } }),
  fcm_options: fc.constantFrom({}, { analytics_label: 'a' }),
  provider: fc.constantFrom('sandbox', 'nobody'),
  'PUT /templates/{name}': fc.constantFrom(...TEMPLATES),
  'POST /smss': fc.tuple(SMS, COMMON).map(([sms, common]) => ({ ...sms, ...common })),
  'POST /smss/batch': fc
    .tuple(fc.array(SMS, { minLength: 1, maxLength: 5 }), COMMON)
    .map(([items, common]) => ({ items, partial: true, ...common })),
  'POST /notifications/tokens': fc
    .tuple(fc.integer({ min: 1, max: 300 }), COMMON)
    .map(([n, common]) => ({ tokens: [`token-${n}`, 'token-1', RETIRES], title: 'a', body: `b ${n}`, ...common })),
  'PUT /tokens/{token}': DEVICE,
  'PUT /tokens': fc
    .tuple(fc.integer({ min: 1, max: 300 }), DEVICE)
    .map(([n, device]) => ({ items: [{ token: `token-${n}`, ...device }], partial: true })),
  'POST /topics/{topic}/subscriptions': TOPIC_DEVICES,
  'DELETE /topics/{topic}/subscriptions': TOPIC_DEVICES,
  'POST /notifications/devices': fc
    .tuple(DEVICE_FILTERS, COMMON)
    .map(([to, common]) => ({ to, title: 'a', body: 'b', ...common })),
  'POST /notifications/topic': COMMON.map((common) => ({ topic: 'news', title: 'a', body: 'b', ...common })),
  // What nobody answers at: the name is one of those that lead nowhere (RFC 2606).
  'POST /webhooks': fc.constant({ url: 'https://hooks.invalid/tidings' }),
  'PATCH /webhooks/{id}': fc.constantFrom({ description: 'a' }, { enabled: false }, { enabled: true }),
  'POST /webhooks/{id}/secret': fc.constant({}),
  'POST /webhooks/{id}/replay': fc.constant({ since: '2026-01-01T00:00:00Z' }),
  'POST /smss/{id}/resend': fc.constant({}),
  'POST /notifications/{id}/resend': fc.constant({}),
}
