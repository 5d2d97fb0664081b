import { expect, test } from 'vitest'
import type { Device } from '../../src/domain/push/device.ts'
import { joinAddresses, type Address } from '../../src/store/past/addresses.ts'

const PLAIN = { contact: null, platform: null, app: null, locale: null, timeZone: null, seenAt: null }

function device(token: string, fid: string | null): Device {
  return { kind: 'token', token, fid, ...PLAIN }
}

/** What each address is sent as, in the end. */
function joined(devices: readonly Device[], ids: readonly number[], known: Record<string, Address>): unknown {
  const moves = joinAddresses(devices, ids, new Map(Object.entries(known)))
  return Object.fromEntries(moves.map(({ id, address }) => [id, address]))
}

test('an installation id that comes with a token is sent to by the token', () => {
  const known = { 'fid:f': { id: 2, sentAs: null } }
  expect(joined([device('a', 'f')], [1], known)).toEqual({ 1: 1, 2: 1 })
})

test('a second token of one installation takes the place of the first, with all that stood for it', () => {
  const known = { 'fid:f': { id: 2, sentAs: 1 } }
  expect(joined([device('b', 'f')], [3], known)).toEqual({ 1: 3, 2: 3, 3: 3 })
})

test('of several tokens of one installation in one call the last one is the address', () => {
  const known = { 'fid:f': { id: 9, sentAs: null } }
  const devices = [device('a', 'f'), device('b', 'f'), device('c', 'f'), device('a', null)]
  expect(joined(devices, [1, 2, 3, 1], known)).toEqual({ 1: 1, 2: 1, 3: 1, 9: 1 })
})

test('an address that is told of again stands for its device again', () => {
  const known = { 'token:a': { id: 1, sentAs: 3 } }
  expect(joined([device('a', null)], [1], known)).toEqual({ 1: 1, 3: 1 })
})
