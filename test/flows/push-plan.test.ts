import { expect, test } from 'vitest'
import type { Msisdn } from '../../src/domain/contact.ts'
import { readAskedTime } from '../../src/domain/send-at.ts'
import { TidingsError } from '../../src/domain/errors.ts'
import {
  createPushPlan,
  type PlannedDevice,
  type PushPlan,
  type PushPlanParts,
} from '../../src/flows/push/push-plan.ts'
import { wordingsOf } from '../../src/flows/templates/template-words.ts'

const NIGHT = { from: 21 * 60, until: 8 * 60 }
/** Half past eleven in the evening in Cairo, half past four in the afternoon in New York. */
const EVENING = new Date('2026-06-01T20:30:00Z')

const WORDINGS = wordingsOf('en', ['en', 'pt', 'pt-BR'], (locale) => ({
  title: `title ${locale}`,
  body: 'body',
  origin: `sale@1/${locale}`,
  ...(locale === 'pt' ? { link: 'https://example.com/pt' } : {}),
}))

function open(parts: Partial<PushPlanParts>): PushPlan {
  const usual = { wordings: null, time: null, quietHours: null, usualZone: 'UTC', now: EVENING, check: () => undefined }
  const plan = createPushPlan({ ...usual, ...parts })
  if (plan === null) throw new Error('there is nothing to plan')
  return plan
}

function device(facts: Partial<PlannedDevice>): PlannedDevice {
  return { locale: null, timeZone: null, contact: null, ...facts }
}

const local = (text: string) => readAskedTime({ send_at: text, local: true }, EVENING)

function leaving(plan: PushPlan, ...zones: readonly (string | null)[]): readonly (string | undefined)[] {
  const places = zones.map((timeZone) => plan.place(device({ timeZone }), ''))
  const { groups } = plan.end()
  return places.map((place) => groups[place]?.leavesAt?.toISOString())
}

test('what is the same for every device needs no plan', () => {
  const usual = { wordings: null, quietHours: null, usualZone: 'UTC', now: EVENING, check: () => undefined }
  expect(createPushPlan({ ...usual, time: null })).toBeNull()
  expect(createPushPlan({ ...usual, time: { kind: 'moment', at: EVENING } })).toBeNull()
})

test('each device has the words of its language, else of what its language is one of, else the usual ones', () => {
  const plan = open({ wordings: WORDINGS })
  const places = ['pt-BR', 'pt-PT', 'fr', null, 'en-GB'].map((locale) => plan.place(device({ locale }), ''))
  const { groups, sizes, variants, words } = plan.end()
  expect(places.map((place) => groups[place]?.variant)).toEqual([0, 1, 2, 2, 2])
  expect(sizes).toEqual([1, 1, 3])
  expect(words).toBeNull()
  expect(variants).toEqual([
    { locale: 'pt-BR', template: 'sale@1/pt-BR', title: 'title pt-BR', body: 'body', targets: 1 },
    {
      locale: 'pt',
      template: 'sale@1/pt',
      title: 'title pt',
      body: 'body',
      link: 'https://example.com/pt',
      targets: 1,
    },
    { locale: 'en', template: 'sale@1/en', title: 'title en', body: 'body', targets: 3 },
  ])
})

test('a push whose devices all read one language has its words, and no variants', () => {
  const plan = open({ wordings: WORDINGS })
  plan.place(device({ locale: 'pt-BR' }), '')
  expect(plan.end()).toMatchObject({ variants: [], groups: [{ variant: null }], words: { origin: 'sale@1/pt-BR' } })
})

test('words are checked once for each language that a device has, and no other', () => {
  const seen: string[] = []
  const plan = open({ wordings: WORDINGS, check: (_, locale) => void seen.push(locale) })
  for (const locale of ['pt', 'pt', 'en', 'pt']) plan.place(device({ locale }), '')
  expect(seen).toEqual(['pt', 'en'])
})

test('an hour of their own clocks comes to devices at moments of their own, also as clocks are put forward or back', () => {
  const at = (text: string) =>
    leaving(open({ time: local(text) }), 'Africa/Cairo', 'America/New_York', 'Europe/London', null)
  expect(at('2026-06-02T09:00')).toEqual([
    '2026-06-02T06:00:00.000Z',
    '2026-06-02T13:00:00.000Z',
    '2026-06-02T08:00:00.000Z',
    '2026-06-02T09:00:00.000Z',
  ])
  expect(at('2027-03-14T02:30')[1]).toBe('2027-03-14T07:30:00.000Z')
  expect(at('2026-10-25T01:30')[2]).toBe('2026-10-25T00:30:00.000Z')
  expect(at('2027-04-30T00:30')[0]).toBe('2027-04-29T22:30:00.000Z')
})

test('where an hour is past already it is not waited for, and a warning says for how many; past for all is refused', () => {
  const plan = open({ time: local('2026-06-01T23:00') })
  expect(leaving(plan, 'Africa/Cairo', 'America/New_York')).toEqual([undefined, '2026-06-02T03:00:00.000Z'])
  expect(plan.end()).toMatchObject({ sendAt: null, lastSendAt: new Date('2026-06-02T03:00:00Z') })
  expect(plan.end().warnings).toEqual([
    'For one of its devices this time is past: what is for them does not wait for it.',
  ])
  const past = open({ time: local('2026-06-01T12:00') })
  past.place(device({ timeZone: 'Africa/Cairo' }), '')
  expect(() => past.end()).toThrow(TidingsError)
})

test('marketing waits for the morning of each device, by its own zone, else by its person’s number, else not at all', () => {
  const plan = open({ quietHours: NIGHT })
  const cairo = '+201009129288' as Msisdn
  const places = [
    plan.place(device({ timeZone: 'Africa/Cairo' }), ''),
    plan.place(device({ timeZone: 'America/New_York', contact: cairo }), ''),
    plan.place(device({ contact: cairo }), ''),
    plan.place(device({}), ''),
  ]
  const { groups, sendAt } = plan.end()
  const morning = new Date('2026-06-02T05:00:00Z')
  expect(places.map((place) => groups[place])).toEqual([
    { variant: null, leavesAt: morning, zones: ['Africa/Cairo'], isQuiet: true },
    { variant: null, leavesAt: null, zones: ['America/New_York'], isQuiet: false },
    { variant: null, leavesAt: morning, zones: ['Africa/Cairo'], isQuiet: true },
    { variant: null, leavesAt: null, zones: null, isQuiet: false },
  ])
  expect(sendAt).toBeNull()
})

test('a time that was asked for moves only where it lies in the quiet hours', () => {
  const time = { kind: 'moment', at: new Date('2026-06-02T01:00:00Z') } as const
  const plan = open({ quietHours: NIGHT, time })
  expect(leaving(plan, 'Africa/Cairo', 'Asia/Tokyo')).toEqual(['2026-06-02T05:00:00.000Z', '2026-06-02T01:00:00.000Z'])
  expect(plan.end()).toMatchObject({ sendAt: time.at, groups: [{ isQuiet: true }, { isQuiet: false }] })
})
