import type { Tidings, TidingsEvent } from '../client/tidings.ts'
import { nearest } from '../domain/nearest.ts'
import { within } from '../domain/time-limit.ts'
import { CliRefusal, EXIT, type Command, type Surroundings } from './command.ts'
import { connect } from './service.ts'
import { painted, plain, readWords } from './words.ts'

const HELP = `Makes an event happen, where messages are captured: nothing leaves the machine.

  tidings trigger sms.delivered     sends an SMS that plays this life, and shows the event
  tidings trigger --list            the events it can make
  tidings trigger push.sent --json

Run tidings listen --forward-to http://localhost:3000/hook beside it, and see what your program makes of it.

TIDINGS_URL says where the service runs, TIDINGS_KEY or TIDINGS_KEY_FILE with which key; it needs messages:read, and
sms:send or push:send. Exit codes: 1 it did not come within a minute, 2 usage, 3 not reached, 4 refused, 130 stopped.
`

/** A message that comes to this. The contacts and tokens are those that the sandbox plays a life for. */
interface Life {
  readonly channel: 'sms' | 'push'
  readonly target: string
  /** It waits, and is called off at once. */
  readonly cancelled?: true
}

const DELIVERED: Life = { channel: 'sms', target: '+15005550100' }
const CANCELLED: Life = { ...DELIVERED, cancelled: true }

const LIVES = {
  'sms.captured': { channel: 'sms', target: '+15005550006' },
  'sms.scheduled': CANCELLED,
  'sms.queued': { channel: 'sms', target: '+15005550102' },
  'sms.sending': DELIVERED,
  'sms.sent': DELIVERED,
  'sms.delivered': DELIVERED,
  'sms.uncertain': { channel: 'sms', target: '+15005550104' },
  'sms.undelivered': { channel: 'sms', target: '+15005550105' },
  'sms.failed': { channel: 'sms', target: '+15005550101' },
  'sms.cancelled': CANCELLED,
  'push.captured': { channel: 'push', target: 'sandbox:nothing' },
  'push.sent': { channel: 'push', target: 'sandbox:delivered' },
} as const satisfies Readonly<Record<string, Life>>

type TriggeredType = keyof typeof LIVES

const TYPES = Object.keys(LIVES).filter(isTriggered)

const LONGEST_MS = 60_000

/** A message of the service that is captured goes to it. */
const SANDBOX = 'sandbox'

export const trigger: Command = {
  name: 'trigger',
  summary: 'makes an event happen, where messages are captured',
  help: HELP,
  async run(words, at) {
    const { values, positionals } = readWords(words, { list: { type: 'boolean' } })
    if (values.list === true) {
      await at.say(values.json === true ? `${JSON.stringify(TYPES)}\n` : `${TYPES.join('\n')}\n`)
      return EXIT.fine
    }
    const type = readType(positionals)
    const tidings = connect(at)
    await refuseLive(tidings, LIVES[type], at.signal)
    const event = await happen(tidings, type, at)
    await at.say(values.json === true ? `${JSON.stringify(event)}\n` : `${lineOf(event, at)}\n`)
    return EXIT.fine
  },
}

function isTriggered(word: string): word is TriggeredType {
  return Object.hasOwn(LIVES, word)
}

function readType([word, ...more]: readonly string[]): TriggeredType {
  if (word === undefined) throw new CliRefusal('Which event? tidings trigger sms.delivered; --list shows all.')
  if (more.length > 0) throw new CliRefusal('One event at a time.')
  if (isTriggered(word)) return word
  const meant = nearest(word.slice(0, 40), TYPES, 3)
  const hint = meant === null ? '--list shows those it can.' : `Did you mean ${meant}?`
  throw new CliRefusal(`It can't make ${plain(word.slice(0, 40))} happen. ${hint}`)
}

/** What would go to a provider is not sent. */
async function refuseLive(tidings: Tidings, { channel, target }: Life, signal: AbortSignal): Promise<void> {
  const { route } =
    channel === 'sms'
      ? await tidings.sms.dryRun({ contact: target, ...WORDS }, { signal })
      : await tidings.notifications.dryRun({ tokens: [target], ...PUSH_WORDS }, { signal })
  if (route.provider === SANDBOX) return
  throw new CliRefusal(
    `The service would send this through ${plain(route.provider)}. Use a key that only captures (tidings_test_…), or a service without a provider.`,
    EXIT.refused,
  )
}

const WORDS = { subject: 'Tidings', message: 'Made by tidings trigger', tag: 'trigger' }
const PUSH_WORDS = { title: 'Tidings', body: 'Made by tidings trigger', tag: 'trigger' }

/** Follows events, sends, and returns the one that came of it. */
async function happen(tidings: Tidings, type: TriggeredType, at: Surroundings): Promise<TidingsEvent> {
  const over = new AbortController()
  let begin = (): void => undefined
  const ready = new Promise<void>((resolve) => (begin = resolve))
  const sent = ready.then(() => send(tidings, LIVES[type], at))
  // What keeps it from being sent ends the waiting, too.
  sent.catch((error: unknown) => over.abort(error))
  try {
    return await within(LONGEST_MS, [at.signal, over.signal], async (signal) => {
      for await (const event of tidings.events({ types: [type] }, { signal, onReady: begin })) {
        if (isOf(event, await sent)) return event
      }
      throw new Error('events ended by themselves')
    })
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'TimeoutError')) throw error
    throw new CliRefusal(`${type} did not come within ${LONGEST_MS / 1_000} s.`, EXIT.problems)
  }
}

const HOUR_MS = 3_600_000

interface Sent {
  readonly messageId: number | null
  readonly notificationId: number | null
}

async function send(
  tidings: Tidings,
  { channel, target, cancelled }: Life,
  { now, signal }: Surroundings,
): Promise<Sent> {
  if (channel === 'push') {
    const { notification_id: notificationId } = await tidings.notifications.toTokens(
      { tokens: [target], ...PUSH_WORDS },
      { signal },
    )
    return { messageId: null, notificationId }
  }
  const later = cancelled === undefined ? {} : { send_at: new Date(now().getTime() + HOUR_MS).toISOString() }
  const { message_id: messageId } = await tidings.sms.send({ contact: target, ...WORDS, ...later }, { signal })
  if (cancelled !== undefined) await tidings.sms.cancel(messageId, { signal })
  return { messageId, notificationId: null }
}

function isOf({ data }: TidingsEvent, { messageId, notificationId }: Sent): boolean {
  if (messageId !== null) return data['message_id'] === messageId
  return data['notification_id'] === notificationId
}

function lineOf({ id, type, data }: TidingsEvent, at: Surroundings): string {
  const about = Object.entries(data).flatMap(([name, value]) =>
    name.endsWith('_id') && value !== null ? [`${name.slice(0, -3)} ${value}`] : [],
  )
  return [painted(type, 'bold', at), about.join(', '), painted(id, 'dim', at)].join('  ')
}
