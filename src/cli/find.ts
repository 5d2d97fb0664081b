import type { Command } from './command.ts'
import { LINES, pageOf, readLimit } from './option-values.ts'
import { connect, lineOf, pushLineOf, sayAll, splitQuery } from './service.ts'
import { readWords } from './words.ts'

const HELP = `What was sent, and whether it arrived: one message a line, newest first.

  tidings find +201009129288                       everything for one number, in any spelling
  tidings find status:failed last:24h              what did not arrive since yesterday
  tidings find tag:invoice -status:delivered       a minus turns a word round
  tidings find '"on its way"' --limit 100          a part of the text
  tidings find --push topic:news                   pushes, with how many targets stand where
  tidings find last:1h --json | jq .verdict        one JSON object a line

Words: to status via topic tag code text key country before after last; all of them must hold (docs/history.md).

  --limit N   at most so many; ${LINES.usual} unless given, up to ${LINES.most.toLocaleString('en')}
  --push      pushes instead of SMS
  --json      one JSON object a line

TIDINGS_URL says where the service runs, TIDINGS_KEY or TIDINGS_KEY_FILE with which key; it needs messages:read.
Times are UTC. Exit codes: 0 it was looked for, 2 usage, 3 not reached, 4 refused, 5 limited, 130 stopped.
`

export const find: Command = {
  name: 'find',
  summary: 'what was sent, one verdict a line',
  help: HELP,
  async run(words, at) {
    const { options, negated } = splitQuery(words)
    const { values, positionals } = readWords(options, { limit: { type: 'string' }, push: { type: 'boolean' } })
    const limit = readLimit(values.limit)
    const query = { q: [...positionals, ...negated].join(' '), ...pageOf(limit) }
    const tidings = connect(at)
    const asked = { signal: at.signal }
    if (values.push === true) {
      const lines = values.json === true ? JSON.stringify : (push: PushOf) => pushLineOf(push, at)
      return sayAll(tidings.notifications.list(query, asked), lines, limit, at)
    }
    const lines = values.json === true ? JSON.stringify : (sms: SmsOf) => lineOf(sms, at)
    return sayAll(tidings.sms.list(query, asked), lines, limit, at)
  },
}

type SmsOf = Parameters<typeof lineOf>[0]
type PushOf = Parameters<typeof pushLineOf>[0]
