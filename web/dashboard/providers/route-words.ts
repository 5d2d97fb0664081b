import { counted, whenOf } from '../inbox/format.ts'
import type { Look } from '../inbox/words.ts'
import type { SmsProviderState, SmsRoute, Trouble } from './routes-client.ts'

const COUNTRIES = new Intl.DisplayNames(['en'], { type: 'region' })

/** `Egypt` of `EG`; what it does not know stays as it is. */
export function countryName(code: string): string {
  try {
    return COUNTRIES.of(code) ?? code
  } catch {
    return code
  }
}

const LOOKS: Readonly<Record<Trouble['state'], Look>> = {
  open: { shape: 'square', tone: 'fail', word: 'Takes nothing' },
  'half-open': { shape: 'quarter', tone: 'wait', word: 'Being tried again' },
  ramp: { shape: 'half', tone: 'wait', word: 'Coming back' },
}

const WELL: Look = { shape: 'check', tone: 'ok', word: 'Well' }

export function troubleLook({ state }: Trouble): Look {
  return LOOKS[state]
}

/** The look of a provider is that of its way that is worst off; one that is well to some, and held to others, is not well. */
export function providerLook({ troubles }: SmsProviderState): Look {
  const whole = troubles.find(({ country, sender }) => country === null && sender === null)
  if (whole !== undefined) return LOOKS[whole.state]
  return troubles.length === 0
    ? WELL
    : { shape: 'half', tone: 'wait', word: `Well but for ${counted(troubles.length, 'way')}` }
}

/** Which way it is: `To Egypt`, `The sender Acme`. */
export function wayOf({ country, sender }: Trouble): string {
  if (sender !== null) return sender === '' ? 'Its own sender' : `The sender ${sender}`
  return country === null ? 'All of it' : `To ${countryName(country)}`
}

/** `since 14:02:11, tried again at 14:02:41` */
export function timesOf({ since, tried_again_at: again }: Trouble, now: Date): string {
  const begun = `since ${whenOf(since, now)}`
  return again === null ? begun : `${begun}, tried again at ${whenOf(again, now)}`
}

/** How many of the last messages were given to it. `chosen`: how many were given to any. */
export function choicesOf({ choices }: SmsProviderState, chosen: number): string {
  const { first, detour, none_well: noneWell } = choices
  const taken = first + detour + noneWell
  if (chosen === 0) return 'No message was given a way since the service started.'
  const why = [
    ...(detour === 0 ? [] : [`${detour.toLocaleString('en')} since those before it were not well`]),
    ...(noneWell === 0 ? [] : [`${noneWell.toLocaleString('en')} although none was well`]),
  ]
  const sentence = `It was given ${taken.toLocaleString('en')} of the last ${counted(chosen, 'message')}`
  return why.length === 0 ? `${sentence}.` : `${sentence}, ${why.join(', ')}.`
}

/** `Receipts came for 9 of 10 messages to Egypt, 4 of 10 to Germany.`; null: there are too few to tell. */
export function receiptsOf({ receipts }: SmsProviderState): string | null {
  if (receipts.length === 0) return null
  const shares = receipts
    .toSorted((one, other) => other.messages - one.messages)
    .map(({ country, messages, receipts: came }, index) => {
      const share = `${Math.round((10 * came) / messages)} of 10`
      const what = index === 0 ? `${share} messages` : share
      return country === null ? what : `${what} to ${countryName(country)}`
    })
  return `Receipts came for ${shares.join(', ')}.`
}

/** Which messages take a route: `To Egypt, Sudan · one-time codes`. */
export function conditionOf({ countries, prefixes, senders, categories }: SmsRoute): string {
  const parts = [
    ...(countries === null ? [] : [`to ${countries.map(countryName).join(', ')}`]),
    ...(prefixes === null ? [] : [`to ${prefixes.join(', ')}`]),
    ...(senders === null ? [] : [`as ${senders.join(', ')}`]),
    ...(categories === null ? [] : [`of the category ${categories.join(', ')}`]),
  ]
  const sentence = parts.length === 0 ? 'everything else' : parts.join(', ')
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`
}

/** In which order providers are asked: `carrier-a (2), carrier-b (1), then twilio`. */
export function orderOf({ via, then, order }: SmsRoute): string {
  const first = via
    .map(({ provider, weight }) => (order === 'weight' ? `${provider} (${weight})` : provider))
    .join(', ')
  const cheapest = order === 'cost' && via.length > 1 ? ', the cheapest first' : ''
  return then.length === 0
    ? `${first}${cheapest}`
    : `${first}${cheapest}, then ${then.map(({ provider }) => provider).join(', ')}`
}
