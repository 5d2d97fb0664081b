import { expect, test } from 'vitest'
import { toPushContent } from '../../src/domain/push/push-fields.ts'
import { bodiesOf } from '../../src/flows/push/push-bodies.ts'
import type { Targets } from '../../src/flows/push/push-call.ts'

const CONTENT = toPushContent(0, { title: 'Your parcel', body: 'It is at the door', data: { parcel: '1042' } })
const APPLE = `apns:${'ab'.repeat(32)}`
const BROWSER = 'webpush:https://push.example/1'

const bodies = (targets: Targets) => bodiesOf(CONTENT, targets, (_, target) => `${target.kind} ${target.value}`)

const toDevices = (tokens: readonly string[], fids: readonly string[] = []): Targets => ({
  kind: 'token',
  tokens,
  fids,
})

test('each service that has a target is shown what it would get for the first of its own', () => {
  const { fcm, apns, webpush } = bodies(toDevices([BROWSER, APPLE, 'of-firebase', 'another']))
  expect(fcm).toBe('token of-firebase')
  expect(apns).toEqual({
    tidings_id: '0',
    parcel: '1042',
    aps: { alert: { title: 'Your parcel', body: 'It is at the door' } },
  })
  expect(webpush).toEqual({
    notification: { title: 'Your parcel', body: 'It is at the door', tag: 'tidings-0' },
    data: { tidings_id: '0', parcel: '1042' },
  })
})

test('a service that has none is not shown, but FCM, whose body was always there', () => {
  expect(bodies(toDevices(['of-firebase']))).toEqual({ fcm: 'token of-firebase', apns: null, webpush: null })
  expect(bodies(toDevices([APPLE], ['fid-1'])).fcm).toBe('fid fid-1')
  expect(bodies(toDevices([APPLE]))).toMatchObject({ fcm: `token ${APPLE}`, webpush: null })
  expect(bodies({ kind: 'topic', topic: 'news' })).toEqual({ fcm: 'topic news', apns: null, webpush: null })
})
