import type { Schema } from '../client/tidings.ts'
import { commandOfActs, type Act, type ActWords } from './acts.ts'
import { CliRefusal, EXIT, type ExitCode, type Surroundings } from './command.ts'
import { pageOf, readCount, readLimit, readOneOf } from './option-values.ts'
import { sayAll, timeOf } from './service.ts'
import { painted, plain } from './words.ts'

const HELP = `Who follows which topic, as far as this service subscribed them. Apps subscribe by themselves, too.

  tidings topics                                     all of them, with how many devices
  tidings topics show news                           the devices of one
  tidings topics subscribe news TOKEN TOKEN          devices, by their tokens
  tidings topics subscribe news --client +201009129288
  tidings topics unsubscribe news TOKEN

Of subscribe and unsubscribe: --client for all devices of a person, --fid for another device by its installation id,
--project NAME, --wait N to wait until FCM was told, at most N seconds. Of show: --state subscribing|subscribed|unsubscribing|unsubscribed|failed.
Of list and show --limit N. Everywhere --json: one JSON object a line.

TIDINGS_URL says where the service runs, TIDINGS_KEY or TIDINGS_KEY_FILE with which key; list and show need messages:read,
the others tokens:write. Exit codes: 0 fine, 1 some could not be done, 2 usage, 3 not reached, 4 refused, 5 limited,
130 stopped.
`

const OPTIONS = {
  client: { type: 'string' },
  fid: { type: 'string' },
  project: { type: 'string' },
  wait: { type: 'string' },
  state: { type: 'string' },
  limit: { type: 'string' },
} as const

type TopicWords = ActWords<typeof OPTIONS>

const CHANGE_FLAGS = ['client', 'fid', 'project', 'wait'] as const

const ACTS: Readonly<Record<string, Act<typeof OPTIONS>>> = {
  list: { flags: ['limit'], run: list },
  show: { flags: ['state', 'limit'], run: show },
  subscribe: { flags: CHANGE_FLAGS, run: (words) => change('subscribe', words) },
  unsubscribe: { flags: CHANGE_FLAGS, run: (words) => change('unsubscribe', words) },
}

export const topics = commandOfActs({
  name: 'topics',
  summary: 'who follows which topic',
  help: HELP,
  options: OPTIONS,
  acts: ACTS,
})

function list({ words, values, tidings, at }: TopicWords): Promise<ExitCode> {
  if (words.length > 0) throw new CliRefusal('list takes no topic; show does.')
  const limit = readLimit(values.limit)
  const lines = values.json === true ? JSON.stringify : topicLine
  return sayAll(tidings.topics.list(pageOf(limit), { signal: at.signal }), lines, limit, at, 'There are none.')
}

function show({ words, values, tidings, at }: TopicWords): Promise<ExitCode> {
  const [topic, ...more] = words
  if (topic === undefined || more.length > 0) throw new CliRefusal('show takes one topic: tidings topics show news')
  const limit = readLimit(values.limit)
  const query = {
    ...pageOf(limit),
    ...(values.state === undefined ? {} : { state: readOneOf(values.state, '--state', STATES) }),
  }
  const lines = values.json === true ? JSON.stringify : (one: Schema<'TopicSubscription'>) => lineOf(one, at)
  const found = tidings.topics.subscriptions(topic, query, { signal: at.signal })
  return sayAll(found, lines, limit, at, 'There are none.')
}

async function change(
  wish: 'subscribe' | 'unsubscribe',
  { words, values, tidings, at }: TopicWords,
): Promise<ExitCode> {
  const [topic, ...tokens] = words
  const { client, fid, project } = values
  const isNamed = tokens.length > 0 || fid !== undefined
  if (topic === undefined || (client === undefined) === !isNamed)
    throw new CliRefusal(`${wish} takes a topic, and tokens or --client: tidings topics ${wish} news TOKEN`)
  const devices =
    client === undefined
      ? { ...(tokens.length === 0 ? {} : { tokens: [...tokens] }), ...(fid === undefined ? {} : { fids: [fid] }) }
      : { to: { client } }
  const named = project === undefined ? {} : { project }
  const waiting = values.wait === undefined ? {} : { waitSeconds: readCount(values.wait, '--wait', MOST_SECONDS) }
  const done = await tidings.topics[wish](topic, { ...devices, ...named }, { signal: at.signal, ...waiting })
  if (values.json === true) await at.say(`${JSON.stringify(done)}\n`)
  else at.tell(sentenceOf(wish, done))
  for (const { token, reason } of values.json === true ? [] : done.failed)
    at.tell(`  ${plain(token)}: ${plain(reason)}`)
  return done.failed.length === 0 ? EXIT.fine : EXIT.problems
}

/** `2 of 3 devices are subscribed to news; FCM is still to be told of 1.` */
function sentenceOf(
  wish: 'subscribe' | 'unsubscribe',
  { topic, devices, waiting, failed }: Schema<'TopicChanged'>,
): string {
  const done = devices - failed.length
  const count = failed.length === 0 ? String(done) : `${done} of ${devices}`
  const what = wish === 'subscribe' ? 'subscribed to' : 'unsubscribed from'
  const rest = waiting === 0 ? '' : `; FCM is still to be told of ${waiting}`
  return `${count} ${devices === 1 ? 'device is' : 'devices are'} ${what} ${plain(topic)}${rest}.`
}

const STATES = ['subscribing', 'subscribed', 'unsubscribing', 'unsubscribed', 'failed'] as const

/** What the service waits at most. */
const MOST_SECONDS = 60

/** `        12  news  1 failed` */
function topicLine({ topic, subscribers, counts }: Schema<'Topic'>): string {
  const more = counts.failed === 0 ? [] : [`${counts.failed} failed`]
  return [String(subscribers).padStart(10), plain(topic), ...more].join('  ')
}

/** `2026-03-01 14:02:11  +201009129288    subscribed     dK9…  unregistered` */
function lineOf(
  { updated_at: at, client, state, token, reason }: Schema<'TopicSubscription'>,
  here: Surroundings,
): string {
  return [
    painted(timeOf(at), 'dim', here),
    plain(client ?? '-').padEnd(15),
    plain(state).padEnd(13),
    plain(token),
    ...(reason === null ? [] : [plain(reason)]),
  ].join('  ')
}
