import type { Query, Schema, Tidings } from '../client/tidings.ts'
import { actOf, takeOnly } from './acts.ts'
import { CliRefusal, EXIT, type Command, type ExitCode, type Surroundings } from './command.ts'
import { pageOf, readLimit } from './option-values.ts'
import { connect, sayAll, timeOf } from './service.ts'
import { painted, plain, readWords } from './words.ts'

const HELP = `Who wants no more messages.

  tidings opt-outs                              all of them, newest first
  tidings opt-outs list +201009129288           of one number
  tidings opt-outs add +201009129288            from now on it gets nothing
  tidings opt-outs remove +201009129288 --yes   only where the person wants messages again

--group NAME: of these senders alone; add means default unless told, remove all.
Of list --limit N. Everywhere --json: one JSON object a line.

TIDINGS_URL says where the service runs, TIDINGS_KEY or TIDINGS_KEY_FILE with which key; list needs messages:read, add
sms:send, remove admin. Exit codes: 0 fine, 2 usage, 3 not reached, 4 refused, 5 limited, 130 stopped.
`

const OPTIONS = { group: { type: 'string' }, limit: { type: 'string' }, yes: { type: 'boolean' } } as const

type Values = ReturnType<typeof readWords<typeof OPTIONS>>['values']

interface OptOutWords {
  readonly contact: string | null
  readonly values: Values
  readonly tidings: Tidings
  readonly at: Surroundings
}

type OptOutAct = (words: OptOutWords) => Promise<ExitCode>

const ACTS: Readonly<Record<string, OptOutAct>> = { list, add, remove }

export const optOuts: Command = {
  name: 'opt-outs',
  summary: 'who wants no more messages',
  help: HELP,
  async run(words, at) {
    const { values, positionals } = readWords(words, OPTIONS)
    const [name = 'list', contact = null, ...more] = positionals
    const act = actOf('opt-outs', ACTS, name)
    if (more.length > 0) throw new CliRefusal(`${name} takes one number at a time.`)
    takeOnly({ name, values }, name === 'list' ? ['group', 'limit'] : name === 'remove' ? ['group', 'yes'] : ['group'])
    return act({ contact, values, tidings: connect(at), at })
  },
}

function list({ contact, values, tidings, at }: OptOutWords): Promise<ExitCode> {
  const limit = readLimit(values.limit)
  const query: Query<'/opt-outs'> = {
    ...pageOf(limit),
    ...(contact === null ? {} : { contact }),
    ...(values.group === undefined ? {} : { sender_group: values.group }),
  }
  const lines = values.json === true ? JSON.stringify : (one: Schema<'OptOut'>) => lineOf(one, at)
  return sayAll(tidings.optOuts.list(query, { signal: at.signal }), lines, limit, at, 'There are none.')
}

async function add({ contact, values, tidings, at }: OptOutWords): Promise<ExitCode> {
  const group = values.group === undefined ? {} : { sender_group: values.group }
  const one = await tidings.optOuts.add({ contact: numberOf(contact, 'add'), ...group }, { signal: at.signal })
  await at.say(`${values.json === true ? JSON.stringify(one) : lineOf(one, at)}\n`)
  return EXIT.fine
}

async function remove({ contact, values, tidings, at }: OptOutWords): Promise<ExitCode> {
  const number = numberOf(contact, 'remove')
  if (values.yes !== true)
    throw new CliRefusal('Messages go to this number again then. Say --yes if the person wants them.')
  const group = values.group === undefined ? {} : { senderGroup: values.group }
  const removed = await tidings.optOuts.remove(number, { ...group, signal: at.signal })
  if (values.json === true) await at.say(`${JSON.stringify({ removed })}\n`)
  else at.tell(removed === 1 ? 'Its opt-out has ended.' : `Its ${removed} opt-outs have ended.`)
  return EXIT.fine
}

function numberOf(contact: string | null, act: string): string {
  if (contact !== null) return contact
  throw new CliRefusal(`${act} needs a number: tidings opt-outs ${act} +201009129288`)
}

/** `2026-03-01 14:02:11  +201009129288    default       inbound   stop` */
function lineOf({ contact, sender_group: group, since, source, keyword }: Schema<'OptOut'>, at: Surroundings): string {
  return [
    painted(timeOf(since), 'dim', at),
    plain(contact ?? '(erased)').padEnd(15),
    plain(group).padEnd(12),
    plain(source).padEnd(8),
    ...(keyword === null ? [] : [plain(keyword)]),
  ].join('  ')
}
