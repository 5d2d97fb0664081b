import type { Schema } from '../client/tidings.ts'
import { CliRefusal, EXIT, type Command, type Surroundings } from './command.ts'
import { connect, timeOf } from './service.ts'
import { painted, plain, readWords } from './words.ts'

const HELP = `Where SMS go, and how each provider does.

  tidings routes          the routes of the routes file, and what is not well
  tidings routes --json   one JSON object, for programs

Each node tells what it has seen itself: which ways take nothing, since when, how many of the last messages were given
to each provider, and for how many of its messages a receipt came.

TIDINGS_URL says where the service runs, TIDINGS_KEY or TIDINGS_KEY_FILE with which key; it needs admin.
Exit codes: 0 fine, 2 usage, 3 not reached, 4 refused, 5 limited, 130 stopped.
`

type Route = Schema<'SmsRoute'>
type State = Schema<'SmsProviderState'>
type Trouble = State['troubles'][number]

export const routes: Command = {
  name: 'routes',
  summary: 'where SMS go, and how each provider does',
  help: HELP,
  async run(words, at) {
    const { values, positionals } = readWords(words, {})
    if (positionals.length > 0) throw new CliRefusal(`routes takes no arguments: ${positionals.join(' ')}`)
    const data = await connect(at).routes({ signal: at.signal })
    await at.say(values.json === true ? `${JSON.stringify(data)}\n` : report(data, at))
    if (data.providers.length === 0) at.tell('No provider is set up: SMS are captured.')
    return EXIT.fine
  },
}

function report({ routes: all, providers, chosen }: Schema<'SmsRoutesData'>, at: Surroundings): string {
  const ways = all.map((route, place) => `${painted(`routes[${place}]`, 'bold', at)}  ${routeLine(route)}\n`)
  const states = providers.flatMap((state) => stateLines(state, chosen, at).map((line) => `${line}\n`))
  return [...ways, ...(ways.length === 0 ? [] : ['\n']), ...states].join('')
}

/** `EG · +20100 · otp: carrier-a (2), carrier-b (1), then twilio` */
function routeLine({ countries, prefixes, senders, categories, order, via, then }: Route): string {
  const conditions = [countries, prefixes, senders, categories].flatMap((words) => words?.join(' ') ?? [])
  const first = via.map(({ provider, weight }) => (order === 'weight' ? `${provider} (${weight})` : provider))
  const cheapest = order === 'cost' ? ', the cheapest first' : ''
  const after = then.length === 0 ? '' : `, then ${then.map(({ provider }) => provider).join(', ')}`
  return plain(`${conditions.join(' · ') || 'everything'}: ${first.join(', ')}${cheapest}${after}`)
}

function stateLines({ provider, troubles, choices, receipts }: State, chosen: number, at: Surroundings): string[] {
  const taken = choices.first + choices.detour + choices.none_well
  const facts = [
    ...(troubles.length === 0 ? ['well'] : []),
    ...(chosen === 0 ? [] : [`${taken} of the last ${chosen} messages`]),
    ...receipts.map(receiptsOf),
  ]
  return [
    `${painted(plain(provider), 'bold', at)}  ${plain(facts.join(', '))}`.trimEnd(),
    ...troubles.map((trouble) => `  ${painted(plain(troubleOf(trouble)), 'yellow', at)}`),
  ]
}

/** `receipts for 9 of 10 to EG` */
function receiptsOf({ country, messages, receipts }: State['receipts'][number]): string {
  const share = Math.round((10 * receipts) / messages)
  return `receipts for ${share} of 10${country === null ? '' : ` to ${country}`}`
}

const STATES: Readonly<Record<Trouble['state'], string>> = {
  open: 'takes nothing',
  'half-open': 'is tried again, one message at a time',
  ramp: 'takes a growing part of its messages',
}

/** `to EG: takes nothing since 2026-03-01 14:02:11, tried again 2026-03-01 14:02:41` */
function troubleOf({ country, sender, state, since, tried_again_at: again }: Trouble): string {
  const own = sender === '' ? 'its own sender' : `the sender ${sender}`
  const way = [...(sender === null ? [] : [own]), ...(country === null ? [] : [`to ${country}`])].join(' ')
  const next = again === null ? '' : `, tried again ${timeOf(again)}`
  return `${way === '' ? 'whatever goes there' : way}: ${STATES[state]}, since ${timeOf(since)}${next}`
}
