import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import type { Bench } from './bench.ts'
import { readJournal, readLines } from './journal.ts'
import { sendAll } from './loader.ts'
import { makePush, type Call } from './plan.ts'
import { scheduled } from './upgrade-load.ts'

/** What each device is to read, by its language. */
const WORDS: Readonly<Record<string, string>> = { en: 'Good day', de: 'Guten Tag', 'pt-BR': 'Bom dia' }

/** Of each language more than the node that takes the push keeps for itself: whichever has room sends the others. */
const READERS = 3_600

/** A pause holds on every node within a second; the push is for a moment before its end. */
const LEAVES_MS = 3_000
const PAUSED_MS = 6_000
const PAUSED_TOKENS = 500

function reader(seed: string, number: number): { readonly token: string; readonly locale: string } {
  const locales = Object.keys(WORDS)
  const locale = locales[number % locales.length] ?? ''
  return { token: `reader-${seed}-${number}-${locale}`, locale }
}

/** Devices of three languages, and a template that has words for each. */
export async function registerReaders(url: string, seed: string): Promise<void> {
  const locales = Object.entries(WORDS).map(([locale, body]): [string, object] => [locale, { title: 'Hello', body }])
  const template = { kind: 'push', default_locale: 'en', locales: Object.fromEntries(locales), variables: {} }
  await ask('PUT', `${url}/templates/greeting`, template)
  const items = Array.from({ length: READERS }, (_, number) => reader(seed, number))
  await ask('PUT', `${url}/tokens`, { items, platform: 'android' })
}

/**
 * To all of them, by a node that knows languages: once for a moment later, so that whichever node has room takes it; what is refused for now
 * is asked for again, until it is taken.
 */
export async function sendInLanguages({ journal, chance }: Bench, seed: string, url: string): Promise<void> {
  const names = Array.from({ length: READERS }, (_, number) => reader(seed, number).token)
  const call: Call = {
    ...makePush(`languages ${seed}`, names, 0),
    body: JSON.stringify({ tokens: names, template: { name: 'greeting' } }),
  }
  const later = scheduled(call, Date.now() + LEAVES_MS)
  const first = await ask('POST', url + later.path, JSON.parse(later.body) as object, { 'idempotency-key': later.key })
  // The same call again is answered as it was.
  const calls = [first.status === 200 ? later : call]
  await sendAll({ calls, urls: [url], journal, senders: 1, chance: chance('languages'), now: () => Date.now() })
}

/** Readers who were sent the words of another language, by what the look-alike took. */
export function wrongWords(directory: string): string[] {
  const wrong = readLines(join(directory, 'fcm.ledger')).flatMap((line) => {
    const { token = '', body = '' } = line as { readonly token?: string; readonly body?: string }
    const locale = /^reader-\d+-\d+-(.+)$/.exec(token)?.[1]
    return locale === undefined || WORDS[locale] === body ? [] : [`${locale} got "${body}"`]
  })
  return wrong.length === 0 ? [] : [`${wrong.length} × words of another language: ${wrong[0]}`]
}

/** What came of the pause of one push. */
export interface Paused {
  /** `200`, `503 upgrading` */
  readonly answer: string
  readonly wasTaken: boolean
  /** Targets that were sent to while it held. */
  readonly sentMeanwhile: number
}

/** Pauses a push that leaves in a moment, looks whether it does, and lets it go. */
export async function pausedThrough(
  { journal, chance, cluster }: Bench,
  directory: string,
  url: string,
  name: string,
): Promise<Paused> {
  const names = Array.from({ length: PAUSED_TOKENS }, (_, number) => `paused-${name.replaceAll(' ', '-')}-${number}`)
  const call = scheduled(makePush(`paused ${name}`, names, 0), Date.now() + LEAVES_MS)
  const load = { calls: [call], urls: [url], senders: 1, chance: chance(name), now: () => Date.now() }
  await sendAll({ ...load, journal })
  const made = readJournal(join(directory, 'journal')).find(
    (one) => one.kind === 'acknowledged' && one.key === call.key,
  )
  if (made?.kind !== 'acknowledged') throw new Error('the push that is to be paused was not taken')
  const { id } = made
  const { status, code } = await ask('POST', `${url}/notifications/${id}/pause`)
  await delay(PAUSED_MS)
  const taken = new Set(readLines(cluster.fcmLedger).map((line) => (line as { readonly token?: string }).token ?? ''))
  const sentMeanwhile = names.filter((token) => taken.has(token)).length
  if (status === 200) await ask('POST', `${url}/notifications/${id}/resume`)
  return { answer: code === '' ? String(status) : `${status} ${code}`, wasTaken: status === 200, sentMeanwhile }
}

interface Told {
  readonly status: number
  /** Of the error; empty: there is none. */
  readonly code: string
}

async function ask(
  method: 'POST' | 'PUT',
  url: string,
  what?: object,
  more: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const headers = { 'content-type': 'application/json', ...more }
  const sent = what === undefined ? {} : { headers, body: JSON.stringify(what) }
  const { statusCode, body } = await request(url, { method, ...sent })
  const answer = await body.json()
  const code: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'code') : null
  if (statusCode >= 400 && statusCode < 500) throw new Error(`${method} ${url}: ${JSON.stringify(answer)}`)
  return { status: statusCode, code: typeof code === 'string' ? code : '' }
}
