import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startFcmLookAlike } from '../fcm-look-alike-process.mjs'
import { median } from '../table.mjs'

const NAMES = ['tidings', 'firebase-admin', 'node:http2']
/** What FCM grants on a connection; so many of them at once for each client. */
const LIMITS = { sessions: 4, batches: 4, streams: 100 }
/** Calls of the SDK whose connection was cut never come back: who calls must not wait for ever. */
const CUT_PATIENCE_MS = 5_000
/** Under way at once, so that a fault meets many. */
const ANSWER_MS = 20
/** Of each fault in one sending; REFUSED_STREAM meets requests one by one. */
const TIMES = 3
const REFUSED_EVERY = 100
const DEADLINE_MS = 90_000

const FAULTS = [
  { fault: 'goaway', name: 'GOAWAY in the middle' },
  { fault: 'refused', name: 'REFUSED_STREAM' },
  { fault: 'quota', name: '429 for half a second' },
  { fault: 'unavailable', name: '503 for half a second' },
  { fault: 'cut', name: 'the connection ends (FIN)' },
  { fault: 'reset', name: 'the connection is cut (RST)' },
]
const HARMLESS = new Set(['goaway', 'refused', 'quota', 'unavailable'])

export const row = {
  name: 'fcm-faults',
  title: 'pushes through faults of FCM’s: lost, doubled and marked, beside the official SDK and Node’s own client',
  needs: { packages: ['firebase-admin'] },
  options: { rounds: 5, messages: 6_000 },
  measure: measureFaults,
  show,
}

/**
 * One sending to a look-alike of FCM that has faults and keeps a ledger, by our adapter, the official SDK and Node's own client, by turns. Around each is
 * the same loop: what it says was not taken is sent again.
 */
async function measureFaults({ rounds, messages }, tell) {
  const faults = FAULTS.map((fault) => ({ ...fault, results: Object.fromEntries(NAMES.map((name) => [name, []])) }))
  const server = await startFcmLookAlike()
  try {
    for (let round = 1; round <= rounds; round += 1) {
      for (const { fault, results } of faults) {
        for (const name of NAMES) {
          const result = await sendThrough(server, { fault, name, messages })
          results[name].push(result)
          tell(`round ${round} of ${rounds}, ${fault}: ${name} ${describe(result)}`)
        }
      }
    }
  } finally {
    await server.stop()
  }
  return { rounds, messages, faults }
}

function describe(result) {
  if (result.ended !== null) return result.ended
  return `lost ${result.lost}, doubled ${result.doubled}, marked ${result.marked}, in ${result.seconds.toFixed(1)} s`
}

async function sendThrough(server, { fault, name, messages }) {
  const [every, times] =
    fault === 'refused' ? [REFUSED_EVERY, messages / REFUSED_EVERY] : [Math.floor(messages / (TIMES + 1)), TIMES]
  await server.begin({ answerMs: ANSWER_MS, fault, every, times })
  const limits = HARMLESS.has(fault) ? LIMITS : { ...LIMITS, patienceMs: CUT_PATIENCE_MS }
  const told = await sendBy(name, server, { count: messages, limits })
  const { distinct, doubled, copies, played, doubts } = await server.count()
  if (played === 0) throw new Error(`${fault}: ${name} met none`)
  const uncertain = new Set(told.uncertain)
  return {
    ended: told.ended,
    seconds: told.seconds,
    cpuSeconds: told.cpuSeconds,
    failedFirst: told.failedFirst,
    givenUp: told.givenUp,
    stuck: told.stuck,
    once: distinct - doubled.length,
    lost: messages - distinct,
    doubled: doubled.length,
    copies,
    marked: doubled.filter((index) => uncertain.has(index)).length,
    uncertain: uncertain.size,
    played,
    doubts,
  }
}

/** One client in a process of its own; one that breaks down, or does not end, has sent what the ledger holds. */
async function sendBy(name, server, wish) {
  const child = fork(fileURLToPath(new URL('../peers/fcm-faults.mjs', import.meta.url)), {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: server.caFile },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  child.stderr.resume()
  const late = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS)
  const began = performance.now()
  const { origin, ca, account } = server
  child.send({ name, server: { origin, ca, account, takesColon: false }, ...wish })
  const told = await Promise.race([
    once(child, 'message').then(([result]) => ({ ended: null, ...result })),
    once(child, 'exit').then(([code, signal]) => {
      const seconds = (performance.now() - began) / 1_000
      return {
        ended: endOf(code, signal),
        seconds,
        cpuSeconds: null,
        failedFirst: null,
        givenUp: null,
        stuck: null,
        uncertain: [],
      }
    }),
  ])
  clearTimeout(late)
  return told
}

/** A process whose event loop has nothing left to wait for ends with code 0. */
function endOf(code, signal) {
  if (signal !== null) return `it was not done after ${DEADLINE_MS / 1_000} s`
  return code === 0 ? 'it waited for what never came' : `it broke down with code ${code}`
}

function show({ rounds, messages, faults }) {
  return {
    tables: faults.map(({ name, results }) => ({
      head: [name, 'taken once', 'lost', 'doubled', 'of these marked', 'failed at first', 'messages/s'],
      rows: NAMES.map((client) => cells(client, results[client], messages)),
    })),
    verdicts: faults.flatMap(({ fault, name, results }) => verdictsOn(fault, name, results.tidings)),
    notes: [
      `Sums over ${rounds} alternating rounds of ${messages.toLocaleString('en')} messages each; messages/s are medians, waits for another try included.`,
      `A look-alike over TLS and HTTP/2 in a process of its own keeps the ledger. It answers after ${ANSWER_MS} ms, to ${LIMITS.sessions} connections of ${LIMITS.streams} streams. ${TIMES} faults a sending, REFUSED_STREAM for one request of ${REFUSED_EVERY}; Retry-After is 1 s.`,
      'Around each client is the same loop: what it says was not taken is sent again, for a minute at most. What ours, or the SDK, sends again by itself comes before that. Marked: the client said that it may have been taken.',
      'firebase-admin says `:scheme: https:`, which Node’s server refuses; here it says `https`.',
      'Ours is the adapter alone; what the whole service loses and doubles is in the crash report. Settings that differ from the defaults: FCM_MESSAGES_PER_MINUTE=60000000, FCM_RAMP_SECONDS=0.',
      ...faults.flatMap(({ name, results }) => NAMES.flatMap((client) => troubles(client, name, results[client]))),
    ],
  }
}

const sum = (results, key) => results.reduce((total, one) => total + (one[key] ?? 0), 0)

function cells(client, results, messages) {
  const counts = ['once', 'lost', 'doubled'].map((key) => String(sum(results, key)))
  const marked = client === 'tidings' ? String(sum(results, 'marked')) : '–'
  const perSecond = median(results.map(({ seconds }) => messages / seconds))
  return [client, ...counts, marked, String(sum(results, 'failedFirst')), perSecond.toFixed(0)]
}

function verdictsOn(fault, name, ours) {
  const [lost, doubled, marked] = ['lost', 'doubled', 'marked'].map((key) => sum(ours, key))
  const none = { goal: `${name}: 0 lost`, figure: String(lost), met: lost === 0 }
  if (HARMLESS.has(fault)) return [none, { goal: `${name}: 0 doubled`, figure: String(doubled), met: doubled === 0 }]
  const most = Math.max(...ours.map((one) => one.doubled / one.played))
  return [
    none,
    {
      goal: `${name}: ≤ 100 doubled a cut`,
      figure: `${most.toFixed(0)} in the worst sending, on average`,
      met: most <= LIMITS.streams,
    },
    { goal: `${name}: all of these marked`, figure: `${marked} of ${doubled}`, met: marked === doubled },
  ]
}

function troubles(client, name, results) {
  const [ended, stuck] = [results.filter((one) => one.ended !== null), sum(results, 'stuck')]
  const told = ended.map((one) => `${client}, ${name}: ${one.ended}.`)
  if (stuck === 0) return told
  return [
    ...told,
    `${client}, ${name}: ${stuck} calls of sendEach did not come back within ${CUT_PATIENCE_MS / 1_000} s; all of each was sent again.`,
  ]
}
