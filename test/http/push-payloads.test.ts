import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { createServer } from '../../src/http/server.ts'
import { ANDROID_V2, EVERY_FIELD } from '../providers/fcm/published.ts'
import { createStandIns } from './stand-ins.ts'

const app = createServer(createStandIns().parts)
afterAll(() => app.close())

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }
type Fields = Readonly<Record<string, Json>>

/** What FCM would be sent, or the faults that stand in its way. */
async function ask(more: object, route = '/notifications/tokens', to: object = { tokens: ['sandbox:delivered'] }) {
  const response = await app.inject({ method: 'POST', url: route, payload: { ...to, ...more, dry_run: true } })
  return { status: response.statusCode, ...response.json<{ data: { fcm: { message: Fields } }; details: Detail[] }>() }
}

interface Detail {
  readonly path: string
  readonly message: string
  readonly suggestion?: string
}

const HELLO = { title: 'Hello', body: 'World' }
const { notification: SHOWN, ...BLOCKS } = EVERY_FIELD

test('every field of FCM’s Message is accepted, and reaches FCM as it was written', async () => {
  const { status, data } = await ask({ ...SHOWN, ...BLOCKS })
  expect(status).toBe(200)
  expect(data.fcm.message).toEqual({
    ...EVERY_FIELD,
    data: { tidings_id: '0', ...EVERY_FIELD.data },
    token: 'sandbox:delivered',
  })
})

test('so is the newer type for Android, in place of the older one', async () => {
  const { android: _, ...others } = BLOCKS
  const { status, data } = await ask({ ...SHOWN, ...others, android_v2: ANDROID_V2 })
  expect(status).toBe(200)
  expect(data.fcm.message).toMatchObject({ ...others, android_v2: ANDROID_V2 })
  expect(data.fcm.message).not.toHaveProperty('android')
  const both = await ask({ ...HELLO, android: {}, android_v2: {} })
  expect(both.details).toMatchObject([{ path: 'android_v2' }])

  const remote = { remote_notification: { notification: { title: 'Here' } }, ttl: '60' }
  const wrong = await ask({ ...HELLO, android_v2: { ...remote, priority: 'high' } })
  expect(wrong.details.map(({ path }) => path)).toEqual(['android_v2.priority'])
  expect((await ask({ ...HELLO, android_v2: remote })).details).toMatchObject([{ path: 'android_v2.ttl' }])
  const simple = { ...HELLO, ttl: 60, badge: 3, priority: 'high', android_v2: { ...remote, ttl: '30s' } }
  expect((await ask(simple)).data.fcm.message['android_v2']).toEqual({
    ttl: '30s',
    remote_notification: { notification: { title: 'Here', notification_count: 3, tag: 'tidings-0' } },
  })
})

test('so is each choice of them; beside it stand only a tag and an id of ours', async () => {
  const chosen = fc.subarray(leavesOf({ ...BLOCKS }).filter(([path]) => !NEEDED.test(path.join('.'))))
  await fc.assert(
    fc.asyncProperty(chosen, async (leaves) => {
      const blocks = leaves.reduce((made, [path, value]) => put(made, path, value), {} as Fields)
      const { status, data, details } = await ask({ ...HELLO, ...blocks })
      expect({ status, details }).toEqual({ status: 200, details: undefined })
      expect(data.fcm.message).toMatchObject(blocks)
    }),
    { numRuns: 40 },
  )
})

test('a field that FCM does not have is refused by its path, whatever block it stands in', async () => {
  const blocks = objectsOf({ ...BLOCKS }).filter(([path]) => !FREE.test(path.join('.')))
  expect(blocks.length).toBeGreaterThan(12)
  for (const [path] of blocks) {
    const { status, details } = await ask({ ...HELLO, ...put({ ...BLOCKS }, [...path, 'zzyzx'], 'x') })
    expect(status, path.join('.')).toBe(400)
    expect(details.map((one) => one.path)).toEqual([`${path.join('.')}.zzyzx`])
  }
})

test('a name spelled as the SDKs do is refused with the one that FCM’s reference has', async () => {
  const camel = (name: string): string => name.replaceAll(/[_-](\w)/g, (_, letter: string) => letter.toUpperCase())
  for (const [path, value] of leavesOf({ ...BLOCKS })) {
    const name = path.at(-1) ?? ''
    if (camel(name) === name) continue
    const { details } = await ask({ ...HELLO, ...put({}, [...path.slice(0, -1), camel(name)], value) })
    expect(details.find((one) => one.path.endsWith(camel(name)))?.suggestion, path.join('.')).toBe(name)
  }
})

test.each([
  [{ android: { notification: { imageUrl: 'https://example.com' } } }, 'image'],
  [{ android: { notification: { eventTimestamp: 'x' } } }, 'event_time'],
  [{ android: { notification: { vibrateTimingsMillis: [1] } } }, 'vibrate_timings'],
  [{ android: { notification: { priority: 'high' } } }, 'notification_priority'],
  [{ android: { notification: { visibility: 'private' } } }, 'PRIVATE'],
  [{ android: { notification: { light_settings: { lightOnDurationMillis: 1 } } } }, 'light_on_duration'],
  [{ androit: {} }, 'android'],
  [{ collapsekey: 'x' }, 'collapse_key'],
])('%j is told what was meant', async (more, meant) => {
  const { status, details } = await ask({ ...HELLO, ...more })
  expect(status).toBe(400)
  expect(details.map((one) => one.suggestion)).toContain(meant)
})

test.each([
  [{ android: { ttl: '3600' } }, 'android.ttl', '3600s'],
  [{ android: { ttl: '2419201s' } }, 'android.ttl', undefined],
  [{ android: { data: { from: 'x' } } }, 'android.data.from', 'app_from'],
  [{ webpush: { data: { 'google.x': 'x' } } }, 'webpush.data.google.x', 'app_google.x'],
  [{ android: { notification: { color: '1a73e8' } } }, 'android.notification.color', '#1a73e8'],
  [{ android: { notification: { event_time: '2030-02-01' } } }, 'android.notification.event_time', undefined],
  [{ android: { notification: { vibrate_timings: ['1s', '1'] } } }, 'android.notification.vibrate_timings[1]', '1s'],
  [{ android: { notification: { body_loc_args: ['x'] } } }, 'android.notification.body_loc_args', undefined],
  [
    { android: { notification: { vibrate_timings: ['1s'], default_vibrate_timings: true } } },
    'android.notification.vibrate_timings',
    undefined,
  ],
  [{ apns: { headers: { 'apns-prority': '5' } } }, 'apns.headers.apns-prority', 'apns-priority'],
  [{ apns: { headers: { 'apns-priority': '7' } } }, 'apns.headers.apns-priority', undefined],
  [{ apns: { headers: { authorization: 'x' } } }, 'apns.headers.authorization', undefined],
  [{ apns: { headers: { 'APNS-ID': 'x' } } }, 'apns.headers.APNS-ID', undefined],
  [{ apns: { payload: { aps: { alert: { 'loc-args': ['x'] } } } } }, 'apns.payload.aps.alert.loc-args', undefined],
  [{ webpush: { headers: { urgency: 'urgent' } } }, 'webpush.headers.urgency', undefined],
  [{ webpush: { headers: { TTL: '1', ttl: '2' } } }, 'webpush.headers.ttl', undefined],
  [{ webpush: { fcm_options: { link: 'http://example.com' } } }, 'webpush.fcm_options.link', undefined],
  [{ fcm_options: { analytics_label: 'spring sale' } }, 'fcm_options.analytics_label', 'spring_sale'],
  [{ collapse_key: 'über' }, 'collapse_key', undefined],
  [{ badge: -1 }, 'badge', undefined],
  [{ actions: [] }, 'actions', undefined],
])('%j is refused before it is stored', async (more, path, suggestion) => {
  const { status, details } = await ask({ ...HELLO, ...more })
  expect(status).toBe(400)
  expect(details.map((one) => [one.path, one.suggestion])).toEqual([[path, suggestion]])
})

test('simple words become what each platform calls its own way', async () => {
  const actions = [{ action: 'open', title: 'Open' }]
  const simple = { priority: 'high', collapse_key: 'parcels', badge: 3, sound: 'default', actions }
  const { data } = await ask({ ...HELLO, ...simple, image: 'https://example.com/a.png' })
  expect(data.fcm.message).toMatchObject({
    android: { priority: 'high', collapse_key: 'parcels', notification: { sound: 'default', notification_count: 3 } },
    apns: {
      headers: { 'apns-priority': '10', 'apns-collapse-id': 'parcels' },
      payload: { aps: { badge: 3, sound: 'default', 'mutable-content': 1 } },
    },
    webpush: { headers: { Urgency: 'high', Topic: 'parcels' }, notification: { actions } },
  })
})

test('a platform’s own word wins over a simple one, on that platform alone', async () => {
  const own = {
    android: { priority: 'normal', notification: { sound: 'ding' } },
    apns: { headers: { 'APNS-PRIORITY': '5' }, payload: { aps: { badge: 1 }, own: 'x' } },
  }
  const { data } = await ask({ ...HELLO, priority: 'high', sound: 'default', badge: 0, ...own })
  expect(data.fcm.message).toMatchObject({
    android: { priority: 'normal', notification: { sound: 'ding', tag: 'tidings-0' } },
    apns: { headers: { 'APNS-PRIORITY': '5' }, payload: { aps: { badge: 1, sound: 'default' }, own: 'x' } },
    webpush: { headers: { Urgency: 'high' } },
  })
  expect(JSON.stringify(data.fcm)).not.toMatch(/notification_count|apns-priority/)
})

test('with data_only nothing is shown: Apple’s devices get a background push', async () => {
  const { data } = await ask({ data_only: true, priority: 'high', data: { sync: '1' } })
  expect(data.fcm.message).toEqual({
    data: { tidings_id: '0', sync: '1' },
    android: { priority: 'high' },
    apns: {
      headers: { 'apns-push-type': 'background', 'apns-priority': '5', 'apns-collapse-id': 'tidings-0' },
      payload: { aps: { 'content-available': 1 } },
    },
    webpush: { headers: { Urgency: 'high' } },
    token: 'sandbox:delivered',
  })
  const wrong = { data_only: true, title: 'Hello', badge: 1, apns: { headers: { 'apns-priority': '10' } } }
  expect((await ask(wrong)).details.map(({ path }) => path)).toEqual(['apns.headers.apns-priority', 'title', 'badge'])
  const shownOnApple = { data_only: true, apns: { payload: { aps: { alert: 'Hello' } } } }
  expect((await ask(shownOnApple)).data.fcm.message['apns']).toEqual({
    headers: { 'apns-collapse-id': 'tidings-0' },
    ...shownOnApple.apns,
  })
})

test('a condition stands in place of a topic, never beside it, and is read before it is taken', async () => {
  const toTopic = (to: object) => ask(HELLO, '/notifications/topic', to)
  const condition = "'news' in topics && !('sport' in topics)"
  const { data } = await toTopic({ condition })
  expect(data).toMatchObject({ topic: null, condition, most_bytes: 2_048, fcm: { message: { condition } } })
  expect((await toTopic({})).details.map(({ path }) => path)).toEqual(['topic'])
  expect((await toTopic({ condition, topic: 'news' })).details).toMatchObject([{ path: 'topic' }])
  expect((await toTopic({ condition: 'news' })).details).toMatchObject([{ suggestion: "'news' in topics" }])
})

test('FCM is not asked about what would be captured', async () => {
  const { data } = await ask({ ...HELLO, validate_only: true })
  expect(data).toMatchObject({ validation: { result: 'not_asked', reason: null, code: null } })
  expect((await ask(HELLO)).data).not.toHaveProperty('validation')
})

/** Means nothing without another field, or is passed over beside one. */
const NEEDED = /loc[_-]args$|light_settings$/

/** Looked at as a whole: names of the caller's own, and what has parts that must be there. */
const WHOLE = /(?:^|\.)(?:data|headers|own|content-state|attributes|sound|light_settings)$/

/** What takes names of the caller's own, or is looked at by other rules than a block. */
const FREE = /(?:^|\.)(?:data|headers|own|content-state|attributes)(?:\.|$)|^apns\.payload$/

type Entry = readonly [path: readonly string[], value: Json]

function isObject(value: Json): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function leavesOf(fields: Fields, at: readonly string[] = []): Entry[] {
  return Object.entries(fields).flatMap(([name, value]): Entry[] => {
    const path = [...at, name]
    return isObject(value) && !WHOLE.test(path.join('.')) ? leavesOf(value, path) : [[path, value]]
  })
}

function objectsOf(fields: Fields, at: readonly string[] = []): Entry[] {
  return Object.entries(fields).flatMap(([name, value]): Entry[] =>
    isObject(value) ? [[[...at, name], value], ...objectsOf(value, [...at, name])] : [],
  )
}

function put(fields: Fields, [name = '', ...rest]: readonly string[], value: Json): Fields {
  if (rest.length === 0) return { ...fields, [name]: value }
  const inner = fields[name]
  return { ...fields, [name]: put(inner !== undefined && isObject(inner) ? inner : {}, rest, value) }
}
