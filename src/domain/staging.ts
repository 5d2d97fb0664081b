import type { Msisdn } from './contact.ts'
import { parseTopic, topicsOf } from './push/push-topics.ts'

/** Who may be reached from a system that is not to reach people, and where goes what is meant for the others. */
export interface StagingRules {
  /** Numbers, beginnings of them with `*`, tokens, installation ids, `topic:name`; empty: nobody. */
  readonly onlyTo: readonly string[]
  /** Null: what is meant for others is captured. */
  readonly redirectNumber: Msisdn | null
  readonly redirectToken: string | null
}

/** What becomes of a message for somebody who is not to be reached. */
export type Detour =
  | { readonly kind: 'redirect'; readonly to: Msisdn; readonly warning: string }
  | { readonly kind: 'capture'; readonly warning: string }

/** Null: it may reach him. */
export function detourOf(rules: StagingRules, contact: Msisdn): Detour | null {
  const to = rules.redirectNumber
  if (contact === to || isListed(rules, contact)) return null
  if (to === null) return { kind: 'capture', warning: `${OFF_LIST} It was captured, and is not sent.` }
  return { kind: 'redirect', to, warning: `${OFF_LIST} It goes to the number in REDIRECT_TO instead.` }
}

const OFF_LIST = 'The contact is not in ONLY_TO.'

/** For whoever starts the service. */
export function stagingSentence({ onlyTo, redirectNumber, redirectToken }: StagingRules): string {
  const who =
    onlyTo.length === 0 ? 'nobody gets' : `only the ${onlyTo.length} of ONLY_TO ${onlyTo.length === 1 ? 'gets' : 'get'}`
  const sms = redirectNumber === null ? 'captured' : 'sent to the number in REDIRECT_TO'
  const push = redirectToken === null ? 'captured' : 'sent to the token in REDIRECT_TO'
  return `Staging: ${who} what is meant for them; of what is meant for others SMS are ${sms}, and pushes ${push}`
}

/** Targets of a push, of which each is here or there. */
export interface Devices {
  readonly tokens: readonly string[]
  readonly fids: readonly string[]
}

/** Who gets a push that is meant for many. */
export interface AimedPush {
  /** Nobody does: it is captured. */
  readonly capture: boolean
  readonly devices: Devices
  /** They are named in it, and get nothing. */
  readonly leftOut: Devices
  /** Null: it goes where it was meant to go. */
  readonly warning: string | null
}

export function aimPush(rules: StagingRules, devices: Devices): AimedPush {
  const count = devices.tokens.length + devices.fids.length
  const listed = pick(devices, (one) => mayReach(rules, one))
  const unlisted = count - listed.tokens.length - listed.fids.length
  if (unlisted === 0) return { capture: false, devices, leftOut: NOBODY, warning: null }
  const some = `${unlisted} of ${count} targets ${unlisted === 1 ? 'is' : 'are'} not in ONLY_TO.`
  if (rules.redirectToken !== null) {
    const tokens = [...new Set([...listed.tokens, rules.redirectToken])]
    const warning = `${some} The token in REDIRECT_TO gets it instead.`
    return { capture: false, devices: { ...listed, tokens }, leftOut: NOBODY, warning }
  }
  if (unlisted === count)
    return { capture: true, devices, leftOut: NOBODY, warning: `${some} It was captured, and is not sent.` }
  const leftOut = pick(devices, (one) => !isListed(rules, one))
  return { capture: false, devices: listed, leftOut, warning: `${some} They get nothing.` }
}

/** Whether a push may go to this token or installation id. */
export function mayReach(rules: StagingRules, address: string): boolean {
  return address === rules.redirectToken || isListed(rules, address)
}

const NOBODY: Devices = { tokens: [], fids: [] }

function pick({ tokens, fids }: Devices, wanted: (address: string) => boolean): Devices {
  return { tokens: tokens.filter(wanted), fids: fids.filter(wanted) }
}

/** Why a push to this topic is captured; null: it may go out. Nobody knows who follows a topic, so that it can't be redirected. */
export function topicWarning(rules: StagingRules, topic: string): string | null {
  const { topics, negates } = topicsOf(topic)
  const isAllowed = !negates && topics.every((one) => isListed(rules, `topic:${one}`))
  return isAllowed ? null : 'The topic is not in ONLY_TO. It was captured, and is not sent.'
}

/** A number, a token, an installation id, or a topic as `topic:name`. */
function isListed({ onlyTo }: StagingRules, address: string): boolean {
  return onlyTo.some((entry) => (entry.endsWith('*') ? address.startsWith(entry.slice(0, -1)) : address === entry))
}

/** Entries are set apart by commas or spaces. */
export function readList(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== '')
}

/** What is wrong with `ONLY_TO`, as the end of a sentence; null: nothing. Names the place, never the entry. */
export function onlyToProblem(text: string): string | null {
  const at = readList(text).findIndex((entry) => entryProblem(entry) !== null)
  const entry = readList(text)[at]
  return entry === undefined ? null : `has an entry, number ${at + 1}, that ${entryProblem(entry)}`
}

/** The same for `REDIRECT_TO`. */
export function redirectToProblem(text: string): string | null {
  const entries = readList(text)
  const at = entries.findIndex(
    (entry) => entry.includes('*') || entry.startsWith('topic:') || entryProblem(entry) !== null,
  )
  if (at >= 0) return `has an entry, number ${at + 1}, that is neither a whole number with + nor a token`
  const numbers = entries.filter(isNumber).length
  return numbers > 1 || entries.length - numbers > 1 ? 'names more than one number, or more than one token' : null
}

/** Null where neither is set. Both have been checked. */
export function readStaging(onlyTo: string | null, redirectTo: string | null): StagingRules | null {
  if (onlyTo === null && redirectTo === null) return null
  const redirects = readList(redirectTo ?? '')
  return {
    onlyTo: readList(onlyTo ?? ''),
    redirectNumber: (redirects.find(isNumber) as Msisdn | undefined) ?? null,
    redirectToken: redirects.find((entry) => !isNumber(entry)) ?? null,
  }
}

/** Source: E.164, at most 15 digits. */
const NUMBER = /^\+[1-9]\d{6,14}$/
const BEGINNING = /^\+[1-9]\d{0,13}\*$/

/** Shorter ones are slips: an installation id has 22 characters, a registration token more. */
const SHORTEST_TOKEN = 16

function isNumber(entry: string): boolean {
  return NUMBER.test(entry)
}

function entryProblem(entry: string): string | null {
  if (entry.startsWith('topic:')) {
    return parseTopic(entry.slice('topic:'.length).replace(/\*$/, '')) === null ? 'names no topic' : null
  }
  if (entry.startsWith('+'))
    return isNumber(entry) || BEGINNING.test(entry) ? null : 'is no number, nor a beginning of one with *'
  if (/^[\d*]+$/.test(entry)) return 'is a number without + and its country code'
  return entry.length < SHORTEST_TOKEN ? 'is neither a number with +, nor a token, nor topic:name' : null
}
