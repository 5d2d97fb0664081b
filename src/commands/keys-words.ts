import { parseArgs } from 'node:util'
import { isKeyId, parseKey } from '../domain/api-key.ts'
import { SCOPES, type Scope } from '../domain/caller.ts'
import { nearest } from '../domain/nearest.ts'
import type { KeyInput } from '../flows/keys/keys.ts'

/** What `tidings keys …` is told to do. */
export type KeysAct =
  | { readonly kind: 'list' }
  | { readonly kind: 'create'; readonly input: KeyInput }
  | { readonly kind: 'rotate'; readonly id: string; readonly overlapSeconds: number }
  | { readonly kind: 'revoke'; readonly id: string }
  | { readonly kind: 'reseal' }
  | { readonly kind: 'help' }
  /** One line. */
  | { readonly kind: 'wrong'; readonly problem: string }

export const KEYS_HELP = `API keys, straight from the database: for the first one, or when all are lost.

  npm run keys                                                    lists them
  npm run keys -- create --name "Web shop" --scope sms:send --scope messages:read
  npm run keys -- create --name Me --scope all                    with every scope
  npm run keys -- create --name CI --scope sms:send --test        whatever it sends is captured
  npm run keys -- rotate ID --overlap-hours 24                    another secret; the old one opens for 24 h more
  npm run keys -- revoke ID                                       ends it, on every node within 5 s
  npm run keys -- reseal                                          encrypts under SECRET_KEY what is under an earlier one

Limits of a key, each as often as needed: --country EG, --topic news-*, --cidr 10.0.0.0/8; and --expires 2030-01-31T18:00:00Z,
--spend-limit 50: what its SMS may cost a day, in the currency of the routes.
Scopes: ${SCOPES.join(', ')}.
With --json what is printed is JSON, as GET and POST /keys answer it; the list has one key a line.
The key alone goes to stdout: npm run -s keys -- create … | your-secret-store
`

const OPTIONS = {
  name: { type: 'string' },
  scope: { type: 'string', multiple: true },
  test: { type: 'boolean' },
  country: { type: 'string', multiple: true },
  topic: { type: 'string', multiple: true },
  cidr: { type: 'string', multiple: true },
  expires: { type: 'string' },
  'spend-limit': { type: 'string' },
  'overlap-hours': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const ACTS = ['list', 'create', 'rotate', 'revoke', 'reseal']

/** Reads what follows `keys`. */
export function parseKeysWords(words: readonly string[]): KeysAct {
  const parsed = read(words)
  if (typeof parsed === 'string') return wrong(parsed)
  const { values, positionals } = parsed
  const [act = 'list', subject] = positionals
  if (values.help === true) return { kind: 'help' }
  if (act === 'list') return { kind: 'list' }
  if (act === 'create') return create(values)
  if (act === 'reseal') return { kind: 'reseal' }
  if (act !== 'rotate' && act !== 'revoke') return wrong(unknown('act', act, ACTS))
  const id = idOf(subject ?? '')
  if (id === null) return wrong(`keys ${act} needs the 10 characters of a key's id; npm run keys lists them.`)
  if (act === 'revoke') return { kind: 'revoke', id }
  const hours = Number(values['overlap-hours'] ?? 24)
  if (!(hours >= 0 && hours <= 168)) return wrong('--overlap-hours is 0 to 168.')
  return { kind: 'rotate', id, overlapSeconds: Math.round(hours * 3_600) }
}

type Parsed = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>

function read(words: readonly string[]): Parsed | string {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    return error instanceof Error ? `${error.message.split('. ', 1)[0]}. npm run keys -- --help shows them all.` : ''
  }
}

function create(values: Parsed['values']): KeysAct {
  const { name, scope = [], test = false, country, topic, cidr, expires } = values
  if (name === undefined || name.trim() === '' || name.length > 100)
    return wrong('keys create needs a --name of at most 100 characters: what will use it.')
  if (scope.length === 0) return wrong(`keys create needs a --scope: ${SCOPES.join(', ')}, or all.`)
  const scopes: Scope[] = []
  for (const word of scope.includes('all') ? all(test) : scope) {
    const known = SCOPES.find((one) => one === word)
    if (known === undefined) return wrong(unknown('scope', word, SCOPES))
    if (!scopes.includes(known)) scopes.push(known)
  }
  const expiresAt = expires === undefined ? null : new Date(expires)
  if (expiresAt !== null && Number.isNaN(expiresAt.getTime()))
    return wrong('--expires is a time like 2030-01-31T18:00:00Z.')
  const spendLimit = values['spend-limit'] === undefined ? null : Number(values['spend-limit'])
  if (spendLimit !== null && !(spendLimit > 0 && spendLimit <= 1e9)) return wrong('--spend-limit is a number above 0.')
  const countries = country?.map((one) => one.toUpperCase()) ?? null
  const limits = { countries, topics: topic ?? null, cidrs: cidr ?? null, spendLimit, expiresAt }
  return { kind: 'create', input: { mode: test ? 'test' : 'live', name, scopes, ...limits } }
}

/** A test key has no say about the service itself. */
function all(test: boolean): readonly Scope[] {
  return test ? SCOPES.filter((scope) => scope !== 'admin') : SCOPES
}

/** An id, or what begins with one: people copy what they see. */
function idOf(text: string): string | null {
  const [, id] = /^tidings_(?:live|test)_([0-9A-Za-z]{10})_?$/.exec(text) ?? []
  if (id !== undefined) return id
  return isKeyId(text) ? text : (parseKey(text)?.id ?? null)
}

function unknown(what: string, word: string, known: readonly string[]): string {
  const meant = nearest(word, known, 2)
  return `Unknown ${what} ${word}. ${meant === null ? `There are ${known.join(', ')}.` : `Did you mean ${meant}?`}`
}

function wrong(problem: string): KeysAct {
  return { kind: 'wrong', problem }
}
