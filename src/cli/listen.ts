import type { TidingsEvent } from '../client/tidings.ts'
import { within } from '../domain/time-limit.ts'
import { readUrl } from '../domain/url.ts'
import { webhookHeaders } from '../domain/webhooks/webhook-signature.ts'
import { CliRefusal, type Command, type Surroundings } from './command.ts'
import { connect, splitQuery } from './service.ts'
import { webhookSecret } from './webhook-secret.ts'
import { painted, plain, readWords } from './words.ts'

const HELP = `What happens, as it happens, until Ctrl-C; and on to a webhook of yours.

  tidings listen                                  all events
  tidings listen --types sms.delivered,push.failed  some of them
  tidings listen tag:invoice -via:sandbox         what meets a search: to, status, via, topic, tag, code, country
  tidings listen --forward-to http://localhost:3000/hook
                                                  each is sent there, signed as a webhook, and its answer shown
  tidings listen --since 2026-03-01T14:00:00Z     from a time, or from an event's id, on
  tidings listen --full --json | jq .data.contact  also to whom, and what it said; one JSON object a line

After a break it goes on where it ended. What is forwarded is tried once, and signed by Standard Webhooks with the secret
of TIDINGS_WEBHOOK_SECRET or TIDINGS_WEBHOOK_SECRET_FILE, else with a new one, which is shown.

TIDINGS_URL says where the service runs, TIDINGS_KEY or TIDINGS_KEY_FILE with which key; it needs messages:read.
Times are UTC. Exit codes: 2 usage, 3 not reached at the start, 4 refused, 130 stopped.
`

const OPTIONS = {
  'forward-to': { type: 'string' },
  types: { type: 'string' },
  since: { type: 'string' },
  full: { type: 'boolean' },
} as const

/** For the program an event is forwarded to, as for a webhook. */
const FORWARD_MS = 15_000

export const listen: Command = {
  name: 'listen',
  summary: 'what happens, as it happens, and on to a webhook of yours',
  help: HELP,
  async run(words, at) {
    const { options, negated } = splitQuery(words)
    const { values, positionals } = readWords(options, OPTIONS)
    const q = [...positionals, ...negated].join(' ')
    const forward = values['forward-to'] === undefined ? null : createForward(values['forward-to'], at)
    const query = {
      ...(values.types === undefined ? {} : { types: values.types.split(',') }),
      ...(values.since === undefined ? {} : { since: values.since }),
      ...(values.full === true ? { payload: 'full' as const } : {}),
      ...(q === '' ? {} : { q }),
    }
    const events = connect(at).events(query, { signal: at.signal, ...toldOf(at) })
    for await (const event of events) {
      const forwarded = forward === null ? null : await forward(event)
      at.signal.throwIfAborted()
      const line = values.json === true ? jsonOf(event, forwarded) : lineOf(event, forwarded, at)
      await at.say(`${line}\n`)
    }
    throw new Error('events ended by themselves')
  },
}

/** What is told of the connection. */
function toldOf({ tell }: Surroundings): { readonly onReady: () => void; readonly onLost: () => void } {
  let lost = false
  let begun = false
  return {
    onReady() {
      if (!begun) tell('Events are shown here. Ctrl-C stops.')
      else if (lost) tell('It answers again; nothing was missed.')
      ;[lost, begun] = [false, true]
    },
    onLost() {
      if (!lost) tell('The service does not answer. Trying again until it does.')
      lost = true
    },
  }
}

/** What came of forwarding one event: an HTTP status, or why there was none. */
interface Forwarded {
  readonly status: number | null
  readonly failure: string | null
  readonly ms: number
}

function createForward(target: string, at: Surroundings): (event: TidingsEvent) => Promise<Forwarded> {
  if (!/^https?:$/.test(readUrl(target)?.protocol ?? '')) {
    throw new CliRefusal('--forward-to takes an address like http://localhost:3000/hook.')
  }
  const secret = webhookSecret(at)
  return async ({ id: place, ...event }) => {
    const began = at.now()
    const body = JSON.stringify(event)
    const headers = webhookHeaders(place, began, body, [secret])
    const end = await within(FORWARD_MS, [at.signal], async (signal) =>
      post(at, target, { method: 'POST', headers, body, signal, redirect: 'manual' }),
    )
    return { ...end, ms: at.now().getTime() - began.getTime() }
  }
}

async function post({ call }: Surroundings, target: string, init: RequestInit): Promise<Omit<Forwarded, 'ms'>> {
  try {
    const answer = await call(target, init)
    await answer.body?.cancel()
    return { status: answer.status, failure: null }
  } catch (error) {
    return { status: null, failure: wordOf(error) }
  }
}

function wordOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer'
  if (error.name === 'TimeoutError') return `no answer within ${FORWARD_MS / 1_000} s`
  const inner = error.cause instanceof Error ? error.cause : error
  return 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.message
}

function jsonOf(event: TidingsEvent, forwarded: Forwarded | null): string {
  return JSON.stringify(forwarded === null ? event : { ...event, forwarded })
}

/** `2026-03-01 14:02:11  sms.delivered  message 12  200 in 4 ms` */
function lineOf({ timestamp, type, data }: TidingsEvent, forwarded: Forwarded | null, at: Surroundings): string {
  const time = painted(timestamp.slice(0, 19).replace('T', ' '), 'dim', at)
  const about = Object.entries(data).flatMap(([name, value]) => {
    if (value === null || value === '' || name === 'status') return []
    return name.endsWith('_id') ? [`${name.slice(0, -3)} ${value}`] : SHOWN.includes(name) ? [plain(String(value))] : []
  })
  const parts = [time, painted(plain(type).padEnd(17), 'bold', at), about.join(', ')]
  return [...parts, ...(forwarded === null ? [] : [answerOf(forwarded, at)])].join('  ')
}

/** Beside ids; the rest stands in `--json`. */
const SHOWN = ['reason', 'tag', 'contact', 'topic', 'subject', 'message', 'title', 'body']

function answerOf({ status, failure, ms }: Forwarded, at: Surroundings): string {
  if (status === null) return painted(`not forwarded: ${failure ?? 'no answer'}`, 'red', at)
  return painted(`${status} in ${ms} ms`, status >= 200 && status < 300 ? 'green' : 'yellow', at)
}
