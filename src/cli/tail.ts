import { setTimeout as sleep } from 'node:timers/promises'
import { TidingsApiError, TidingsUnreachable, type Schema, type Tidings } from '../client/tidings.ts'
import { CliRefusal, type Command, type Surroundings } from './command.ts'
import { connect, lineOf, splitQuery } from './service.ts'
import { readWords } from './words.ts'

const HELP = `New SMS as they are accepted, until Ctrl-C.

  tidings tail                          all of them
  tidings tail to:+201009129288         those to one number
  tidings tail tag:invoice -via:twilio  the words of tidings find, but for before, after and last
  tidings tail --json | jq .status      one JSON object a line

Each is shown once, as it stood when it was first seen; tidings find shows what became of it.

TIDINGS_URL says where the service runs, TIDINGS_KEY or TIDINGS_KEY_FILE with which key; it needs messages:read.
Times are UTC. Exit codes: 2 usage, 3 not reached at the start, 4 refused, 130 stopped.
`

/** Between two looks. The second one is for when the service does not answer. */
const LOOK_MS = 1_000
const AWAY_MS = 5_000

/**
 * How far back each look goes, before the newest message that the last one knew of. A message shows up when its transaction ends, and has
 * the time when that began: those of a long batch appear behind younger ones. What takes longer than this to commit is not shown.
 */
const OVERLAP_MS = 60_000

export const tail: Command = {
  name: 'tail',
  summary: 'new messages as they come, until Ctrl-C',
  help: HELP,
  async run(words, at) {
    const { options, negated } = splitQuery(words)
    const { values, positionals } = readWords(options, {})
    const query = [...positionals, ...negated].join(' ')
    if (/(^|\s)-?(after|before|last):/.test(query)) {
      throw new CliRefusal('tail follows what is new: leave before:, after: and last: to tidings find.')
    }
    const follow = createLook(connect(at), query, at.signal)
    await follow()
    at.tell('New messages are shown here. Ctrl-C stops.')
    for (;;) {
      await sleep(LOOK_MS, undefined, { signal: at.signal })
      for (const sms of await patiently(follow, at)) {
        await at.say(`${values.json === true ? JSON.stringify(sms) : lineOf(sms, at)}\n`)
      }
    }
  },
}

/** Each call returns what is there now and was not there before, oldest first. What fails has changed nothing. */
function createLook(tidings: Tidings, query: string, signal: AbortSignal): () => Promise<readonly Schema<'Sms'>[]> {
  /** When what was found was accepted, by its id. */
  let seen = new Map<number, number>()
  let from: number | null = null
  return async () => {
    // First this one: what comes while the search runs is younger, and is looked for again.
    const [newest] = (await tidings.sms.page({ limit: 1 }, { signal })).data
    if (newest === undefined) return []
    const since = from ?? Date.parse(newest.created_at) - OVERLAP_MS
    const q = `${query} after:${new Date(since).toISOString()}`
    const found: Schema<'Sms'>[] = []
    for await (const sms of tidings.sms.list({ q, limit: 200 }, { signal })) found.push(sms)
    const fresh = found.filter(({ message_id: id }) => !seen.has(id))
    seen = new Map(found.map((sms) => [sms.message_id, Date.parse(sms.created_at)]))
    from = Math.max(since, Date.parse(newest.created_at) - OVERLAP_MS)
    return fresh.toReversed()
  }
}

/** A service that is away for a while is waited for; nothing is missed. */
async function patiently<Found>(look: () => Promise<readonly Found[]>, at: Surroundings): Promise<readonly Found[]> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await look()
    } catch (error) {
      if (at.signal.aborted || !passes(error)) throw error
      if (failures === 0) at.tell('The service does not answer. Trying again until it does.')
      await sleep(AWAY_MS, undefined, { signal: at.signal })
    }
  }
}

function passes(error: unknown): boolean {
  return error instanceof TidingsUnreachable || (error instanceof TidingsApiError && error.status >= 429)
}
