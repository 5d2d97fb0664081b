import { nearest } from '../domain/nearest.ts'
import { VARIABLES } from './variables.ts'

type Env = Readonly<Record<string, string | undefined>>

/** A name that nothing reads, and the one of ours that was probably meant. */
export interface NameSlip {
  readonly name: string
  readonly meant: string
}

/**
 * Names that a slip of the fingers made of one of ours that is unset. A short word needs to be closer, or `HOME` would pass for
 * `HOST`; and what Postgres's own programs read is never meant for us.
 */
export function misspelt(env: Env): readonly NameSlip[] {
  const unset = unsetNames(env)
  return foreignNames(env).flatMap((name) => {
    const meant = nearest(name, unset, name.length < 8 ? 1 : 2)
    return meant === null ? [] : [{ name, meant }]
  })
}

/**
 * Names of other programs for what we read under another one: too far to be a slip, and perhaps not meant for us at all, so that
 * they are worth a word and no more.
 */
export function unread(env: Env): readonly NameSlip[] {
  const unset = unsetNames(env)
  const slips = new Set(misspelt(env).map(({ name }) => name))
  return foreignNames(env).flatMap((name) => {
    const meant = slips.has(name) ? null : (ALIASES[name] ?? ofSameWords(name, unset))
    return meant !== null && unset.includes(meant) ? [{ name, meant }] : []
  })
}

/** Source: the names in Twilio's, Vonage's and Firebase's own examples, and Apple's own words. */
const ALIASES: Readonly<Record<string, string | undefined>> = {
  TWILIO_PHONE_NUMBER: 'TWILIO_FROM',
  TWILIO_NUMBER: 'TWILIO_FROM',
  TWILIO_SENDER: 'TWILIO_FROM',
  NEXMO_API_KEY: 'VONAGE_API_KEY',
  NEXMO_API_SECRET: 'VONAGE_API_SECRET',
  VONAGE_BRAND_NAME: 'VONAGE_FROM',
  VONAGE_SENDER: 'VONAGE_FROM',
  FIREBASE_SERVICE_ACCOUNT: 'FCM_SERVICE_ACCOUNT',
  FIREBASE_CREDENTIALS: 'FCM_SERVICE_ACCOUNT',
  FCM_CREDENTIALS: 'FCM_SERVICE_ACCOUNT',
  APNS_BUNDLE_ID: 'APNS_TOPIC',
  APNS_AUTH_KEY: 'APNS_KEY',
  APNS_AUTH_KEY_ID: 'APNS_KEY_ID',
}

const BRANDS = /^(?:TWILIO|VONAGE|FCM|APNS)_/

/** `TWILIO_TOKEN` has no word that `TWILIO_AUTH_TOKEN` lacks. The nearest in length; of two, the one that ends alike. */
function ofSameWords(name: string, ours: readonly string[]): string | null {
  if (!BRANDS.test(name)) return null
  const words = name.split('_')
  const ranked = ours
    .filter((one) => BRANDS.test(one))
    .map((one) => ({ one, parts: one.split('_') }))
    .filter(({ parts }) => isWithin(words, parts) || isWithin(parts, words))
    .map(({ one, parts }) => ({
      one,
      far: Math.abs(parts.length - words.length) + (parts.at(-1) === words.at(-1) ? 0 : 0.5),
    }))
  return ranked.toSorted((a, b) => a.far - b.far)[0]?.one ?? null
}

function isWithin(some: readonly string[], all: readonly string[]): boolean {
  return some.length > 1 && some.every((word) => all.includes(word))
}

function unsetNames(env: Env): readonly string[] {
  return VARIABLES.map(({ name }) => name).filter((name) => (env[name] ?? '').trim() === '')
}

function foreignNames(env: Env): readonly string[] {
  return Object.keys(env).filter((name) => !/^PG[A-Z]+$/.test(name) && !VARIABLES.some((ours) => ours.name === name))
}
