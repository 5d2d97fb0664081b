import type { Query, Schema } from '../client/tidings.ts'
import { CliRefusal, type Command, type Surroundings } from './command.ts'
import { LINES, pageOf, readLimit } from './option-values.ts'
import { connect, sayAll, timeOf } from './service.ts'
import { readSince } from './since.ts'
import { painted, plain, readWords } from './words.ts'

const HELP = `What people sent to you, newest first.

  tidings inbound
  tidings inbound --contact +201009129288
  tidings inbound --since 24h --limit 100
  tidings inbound --review                 what sounds like a STOP, and is none by the letter

A line each: id, when it came (UTC), from whom, to which number of yours, what it was read as, the text.
--limit N: ${LINES.usual} unless given, ${LINES.most} at most. --json: one JSON object a line, as the API has it.

TIDINGS_URL says where the service runs, TIDINGS_KEY or TIDINGS_KEY_FILE with which key; it needs messages:read.
Exit codes: 0 fine, 2 usage, 3 not reached, 4 refused, 5 limited, 130 stopped.
`

const OPTIONS = {
  contact: { type: 'string' },
  since: { type: 'string' },
  review: { type: 'boolean' },
  limit: { type: 'string' },
} as const

export const inbound: Command = {
  name: 'inbound',
  summary: 'what people sent to you',
  help: HELP,
  async run(words, at) {
    const { values, positionals } = readWords(words, OPTIONS)
    if (positionals.length > 0) throw new CliRefusal('inbound takes options alone: --contact, --since, --review.')
    const limit = readLimit(values.limit)
    const query: Query<'/inbound'> = {
      ...pageOf(limit),
      ...(values.contact === undefined ? {} : { contact: values.contact }),
      ...(values.since === undefined ? {} : { since: readSince(values.since, at.now()) }),
      ...(values.review === true ? { review: true } : {}),
    }
    const lines = values.json === true ? JSON.stringify : (text: Schema<'Inbound'>) => lineOf(text, at)
    return sayAll(connect(at).inbound.list(query, { signal: at.signal }), lines, limit, at, 'Nobody wrote.')
  },
}

/** `     3  2026-03-01 14:02:11  +201009129288    +15005550006  stop    STOP`; the text was written by a stranger. */
function lineOf(text: Schema<'Inbound'>, at: Surroundings): string {
  const { inbound_id: id, created_at: came, contact, sent_to: to, action, review, message } = text
  const read = action ?? (review ? 'review' : '')
  return [
    painted(String(id).padStart(6), 'bold', at),
    painted(timeOf(came), 'dim', at),
    plain(contact).padEnd(15),
    plain(to).padEnd(12),
    painted(read.padEnd(6), action === 'stop' || review ? 'yellow' : 'dim', at),
    plain(message),
  ].join('  ')
}
