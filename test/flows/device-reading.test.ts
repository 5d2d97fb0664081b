import { expect, test } from 'vitest'
import { TidingsError } from '../../src/domain/errors.ts'
import { readDevice, readDeviceFilter, type DeviceCall } from '../../src/flows/push/device-reading.ts'

const PARTS = { defaultCountry: 'EG', now: new Date('2026-03-01T12:00:00Z') }
const FID = 'c'.repeat(22)

function pathsOf(work: () => unknown): readonly string[] {
  try {
    work()
    return []
  } catch (error) {
    if (!(error instanceof TidingsError)) throw error
    return error.details.map(({ path }) => path)
  }
}

test('what is told of a device is read as it is spelled properly', () => {
  const call: DeviceCall = { fid: FID, client: '01009129288', locale: 'AR-eg', time_zone: 'Africa/Cairo' }
  expect(readDevice('a', { ...call, last_seen_at: '2026-02-01T00:00:00Z' }, PARTS)).toMatchObject({
    kind: 'token',
    fid: FID,
    contact: '+201009129288',
    locale: 'ar-EG',
    timeZone: 'Africa/Cairo',
    platform: null,
    seenAt: new Date('2026-02-01T00:00:00Z'),
  })
})

test('every fault is named', () => {
  const call = { client: '12', locale: 'a b', time_zone: 'Cairo/+2', last_seen_at: '2026-03-02T00:00:00Z', fid: 'x' }
  expect(pathsOf(() => readDevice('a b', call, PARTS))).toEqual([
    'token',
    'fid',
    'client',
    'locale',
    'time_zone',
    'last_seen_at',
  ])
  expect(pathsOf(() => readDevice(FID, { kind: 'fid', fid: FID }, PARTS))).toEqual(['fid'])
  expect(pathsOf(() => readDevice('erased:7', {}, PARTS))).toEqual(['token'])
  const to = { client: 'erased:7', clients: ['+201009129288', '1'], locales: ['en', '?'], time_zones: ['x y'] }
  expect(pathsOf(() => readDeviceFilter(to, PARTS))).toEqual([
    'to.client',
    'to.clients[1]',
    'to.locales[1]',
    'to.time_zones[0]',
  ])
})
