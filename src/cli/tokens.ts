import type { Schema } from '../client/tidings.ts'
import { commandOfActs, type Act, type ActWords } from './acts.ts'
import { CliRefusal, EXIT, type ExitCode, type Surroundings } from './command.ts'
import { pageOf, readLimit, readOneOf } from './option-values.ts'
import { sayAll, timeOf } from './service.ts'
import { readSince } from './since.ts'
import { readSubscription } from './subscription-file.ts'
import { painted, plain } from './words.ts'

const HELP = `The devices that pushes go to.

  tidings tokens client:+201009129288                 those of one person
  tidings tokens list state:retired code:stale        found as GET /tokens does
  tidings tokens show TOKEN                           one, by its token or installation id
  tidings tokens put TOKEN --client +201009129288 --platform ios --app com.example.shop
  tidings tokens browser FILE --client +201009129288  a browser, by what PushSubscription.toJSON() gave; - reads it here
  tidings tokens delete TOKEN --yes                   nothing is sent to it any more
  tidings tokens restore TOKEN                        undoes its retirement, for 30 days
  tidings tokens restore --since 2h --reason unregistered --yes

Of browser: --client, --app, --locale, --zone. Of put: --client, --platform android|ios|web, --app, --locale, --zone, --fid, and --kind fid where TOKEN is an installation id.
What is left out is forgotten. Of list --limit N. Everywhere --json: one JSON object a line.

TIDINGS_URL says where the service runs, TIDINGS_KEY or TIDINGS_KEY_FILE with which key; list and show need messages:read,
the others tokens:write, restore --since admin. Exit codes: 0 fine, 2 usage, 3 not reached, 4 refused, 5 limited, 130 stopped.
`

const OPTIONS = {
  client: { type: 'string' },
  platform: { type: 'string' },
  app: { type: 'string' },
  locale: { type: 'string' },
  zone: { type: 'string' },
  fid: { type: 'string' },
  kind: { type: 'string' },
  since: { type: 'string' },
  reason: { type: 'string' },
  limit: { type: 'string' },
  yes: { type: 'boolean' },
} as const

type TokenWords = ActWords<typeof OPTIONS>
type Values = TokenWords['values']

const ACTS: Readonly<Record<string, Act<typeof OPTIONS>>> = {
  list: { flags: ['limit'], run: list },
  show: { flags: [], run: show },
  put: { flags: ['client', 'platform', 'app', 'locale', 'zone', 'fid', 'kind'], run: put },
  browser: { flags: ['client', 'app', 'locale', 'zone'], run: browser },
  delete: { flags: ['yes'], run: remove },
  restore: { flags: ['since', 'reason', 'yes'], run: restore },
}

export const tokens = commandOfActs({
  name: 'tokens',
  summary: 'the devices that pushes go to',
  help: HELP,
  options: OPTIONS,
  acts: ACTS,
  isOfList: (word) => word.includes(':'),
})

function list({ words, values, tidings, at }: TokenWords): Promise<ExitCode> {
  const limit = readLimit(values.limit)
  const query = { ...pageOf(limit), ...(words.length === 0 ? {} : { q: words.join(' ') }) }
  const lines = values.json === true ? JSON.stringify : (one: Schema<'Token'>) => lineOf(one, at)
  return sayAll(tidings.tokens.list(query, { signal: at.signal }), lines, limit, at, 'There are none.')
}

async function show({ words, values, tidings, at }: TokenWords): Promise<ExitCode> {
  const one = await tidings.tokens.get(tokenOf(words, 'show'), { signal: at.signal })
  return sayOne(one, values, at)
}

async function browser({ words: [file, ...more], values, tidings, at }: TokenWords): Promise<ExitCode> {
  if (file === undefined || more.length > 0) throw new CliRefusal('browser takes one file: tidings tokens browser FILE')
  const body = { subscription: readSubscription(file), ...factsOf(values) }
  return sayOne(await tidings.tokens.putBrowser(body, { signal: at.signal }), values, at)
}

function factsOf({ client, app, locale, zone }: Values) {
  return {
    ...(client === undefined ? {} : { client }),
    ...(app === undefined ? {} : { app }),
    ...(locale === undefined ? {} : { locale }),
    ...(zone === undefined ? {} : { time_zone: zone }),
  }
}

async function put({ words, values, tidings, at }: TokenWords): Promise<ExitCode> {
  const { fid } = values
  const device = {
    ...factsOf(values),
    ...(fid === undefined ? {} : { fid }),
    ...(values.platform === undefined ? {} : { platform: readOneOf(values.platform, '--platform', PLATFORMS) }),
    ...(values.kind === undefined ? {} : { kind: readOneOf(values.kind, '--kind', KINDS) }),
  }
  return sayOne(await tidings.tokens.put(tokenOf(words, 'put'), device, { signal: at.signal }), values, at)
}

async function remove({ words, values, tidings, at }: TokenWords): Promise<ExitCode> {
  const token = tokenOf(words, 'delete')
  if (values.yes !== true) throw new CliRefusal('What is known of it is forgotten. Say --yes.')
  await tidings.tokens.delete(token, { signal: at.signal })
  at.tell('Nothing is sent to it any more.')
  return EXIT.fine
}

async function restore({ words, values, tidings, at }: TokenWords): Promise<ExitCode> {
  const { since, reason } = values
  if (since === undefined) {
    if (reason !== undefined) throw new CliRefusal('--reason needs --since.')
    return sayOne(await tidings.tokens.restore(tokenOf(words, 'restore'), { signal: at.signal }), values, at)
  }
  if (words.length > 0) throw new CliRefusal('Give a token, or --since, and not both.')
  if (values.yes !== true) throw new CliRefusal('All that were retired since are sent to again. Say --yes.')
  const asked = {
    since: readSince(since, at.now()),
    ...(reason === undefined ? {} : { reason: readOneOf(reason, '--reason', REASONS) }),
  }
  const restored = await tidings.tokens.restoreSince(asked, { signal: at.signal })
  if (values.json === true) await at.say(`${JSON.stringify({ restored })}\n`)
  else at.tell(`${restored.toLocaleString('en')} ${restored === 1 ? 'is' : 'are'} sent to again.`)
  return EXIT.fine
}

const PLATFORMS = ['android', 'ios', 'web'] as const
const KINDS = ['token', 'fid'] as const
const REASONS = ['unregistered', 'invalid_token', 'sender_mismatch', 'stale'] as const

function tokenOf([token, ...more]: readonly string[], act: string): string {
  if (token === undefined || more.length > 0)
    throw new CliRefusal(`${act} takes one token: tidings tokens ${act} TOKEN`)
  return token
}

async function sayOne(one: Schema<'Token'>, values: Values, at: Surroundings): Promise<ExitCode> {
  await at.say(`${values.json === true ? JSON.stringify(one) : lineOf(one, at)}\n`)
  return EXIT.fine
}

/** `2026-03-01 14:02:11  +201009129288    ios      com.example.shop  dK9…  retired: stale` */
function lineOf(one: Schema<'Token'>, at: Surroundings): string {
  return [
    painted(timeOf(one.last_seen_at ?? one.created_at), 'dim', at),
    plain(one.client ?? '-').padEnd(15),
    plain(one.platform ?? '-').padEnd(7),
    plain(one.app ?? '-').padEnd(16),
    plain(one.token),
    ...stateOf(one),
  ].join('  ')
}

function stateOf({ retired_at: retired, retired_reason: reason, stale_at: stale, sent_as: sentAs }: Schema<'Token'>) {
  if (sentAs !== null) return [`sent as ${sentAs}`]
  if (retired !== null) return [`retired: ${plain(reason ?? '')}`]
  return stale === null ? [] : ['stale']
}
