import { expect, test } from 'vitest'
import { capProblem, isCapped } from '../../src/domain/caps.ts'
import type { Msisdn } from '../../src/domain/contact.ts'
import { blockOf, prefixOf, pumpingAlarms, type Traffic } from '../../src/domain/sms/pumping.ts'
import { dayOf, portionOf, secondsOfDayLeft, spendMark, toMicros } from '../../src/domain/spend.ts'

const CAPS = { perTenMinutes: 3, perDay: 5 }
const MINUTE = 60_000

test('codes are held to the caps unless told otherwise, the others only where told', () => {
  expect([isCapped('codes', 'otp'), isCapped('codes', 'transactional'), isCapped('codes', 'marketing')]).toEqual([
    true,
    false,
    false,
  ])
  expect([isCapped('enforce', 'marketing'), isCapped('observe', 'otp'), isCapped('off', 'otp')]).toEqual([
    true,
    false,
    false,
  ])
})

test('a cap holds for any ten minutes and any day, not for those of the clock', () => {
  const at = (...minutes: number[]): readonly number[] => minutes.map((minute) => minute * MINUTE)
  expect(capProblem(at(0, 1, 2), CAPS)).toBeNull()
  expect(capProblem(at(0, 1, 2, 3), CAPS)).toBe('more than 3 messages within ten minutes')
  expect(capProblem(at(0, 1, 2, 10), CAPS)).toBeNull()
  expect(capProblem(at(0, 20, 40, 60, 80, 100), CAPS)).toBe('more than 5 messages within a day')
  expect(capProblem(at(0, 20, 40, 60, 80, 1_440), CAPS)).toBeNull()
})

test('a number is known by its first seven digits, and by its place among a hundred', () => {
  expect(prefixOf('+201009129288' as Msisdn)).toBe('+2010091')
  expect(blockOf('+201009129288' as Msisdn)).toEqual({ block: '+2010091292', place: 88 })
})

const LIMITS = { perPrefix: 100, perCountry: 1_000 }
const traffic = (kind: Traffic['kind'], key: string, codes: number, converted = 0): Traffic => ({
  kind,
  key,
  codes,
  converted,
})
const alarms = (...counts: Traffic[]): readonly string[] =>
  pumpingAlarms(counts, LIMITS).map(({ rule, what }) => `${rule} ${what}`)

test('too many codes to numbers that begin alike, or to a country, are an alarm', () => {
  expect(alarms(traffic('prefix-10m', '+2010091', 100), traffic('country-10m', 'EG', 1_000))).toEqual([])
  expect(alarms(traffic('prefix-10m', '+2010091', 101))).toEqual(['prefix_rate +2010091'])
  expect(alarms(traffic('prefix-day', '+2010091', 1_001))).toEqual(['prefix_day +2010091'])
  expect(alarms(traffic('country-10m', 'EG', 1_001))).toEqual(['country_rate EG'])
  expect(alarms(traffic('country-day', 'EG', 10_001))).toEqual(['country_day EG'])
})

test('twenty different numbers of one block of a hundred are an alarm', () => {
  expect(alarms(traffic('block-10m', '+2010091292', 19))).toEqual([])
  expect(alarms(traffic('block-10m', '+2010091292', 20))).toEqual(['number_sequence +2010091'])
})

test('codes that hardly anybody types in are an alarm, where it is told at all who does', () => {
  const prefix = traffic('prefix-day', '+2010091', 61, 5)
  const told = traffic('all-day', '*', 500, 40)
  expect(alarms(prefix, told)).toEqual(['conversion +2010091'])
  expect(alarms(prefix, traffic('all-day', '*', 500, 0))).toEqual([])
  expect(alarms(traffic('prefix-day', '+2010091', 61, 7), told)).toEqual([])
  expect(alarms(traffic('prefix-day', '+2010091', 50, 0), told)).toEqual([])
  // Those of the last minutes may still come back.
  expect(alarms(prefix, traffic('prefix-10m', '+2010091', 11), told)).toEqual([])
})

test('money is counted in whole millionths', () => {
  expect(toMicros(0.031) * 3).toBe(93_000)
  expect(toMicros(0.1) + toMicros(0.2)).toBe(toMicros(0.3))
})

test('a node takes small parts of a limit, and never less than it needs', () => {
  expect(portionOf(100_000_000, 31_000)).toBe(500_000)
  expect(portionOf(1_000_000, 31_000)).toBe(31_000)
})

test('somebody is told at half, at four fifths and at the whole of a limit', () => {
  const marks = [0, 49, 50, 79, 80, 99, 100, 120].map((spent) => spendMark(spent, 100))
  expect(marks).toEqual([null, null, 50, 50, 80, 80, 100, 100])
})

test('a day begins at midnight in UTC', () => {
  expect(dayOf(new Date('2026-11-22T23:59:59.999Z'))).toBe('2026-11-22')
  expect(secondsOfDayLeft(new Date('2026-11-22T23:59:59.500Z'))).toBe(1)
  expect(secondsOfDayLeft(new Date('2026-11-22T00:00:00Z'))).toBe(86_400)
})
