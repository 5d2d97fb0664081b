import type { Msisdn } from '../../src/domain/contact.ts'
import { askAgain, claimAsks, giveBackAsk, pollLater, sendAfterAll } from '../../src/store/sms/asks.ts'
import { insertMessages } from '../../src/store/sms/messages.ts'
import { cancelMessage, clearDue } from '../../src/store/past/cancel.ts'
import { readGlance } from '../../src/store/nodes/glance.ts'
import { addPause, removePauses } from '../../src/store/nodes/pauses.ts'
import { listPauses, type PauseScope } from '../../src/store/nodes/read-pauses.ts'
import { beat, endNode, listNeighbours, listUnemptied, markEmptied, registerNode } from '../../src/store/nodes/nodes.ts'
import { listMatchable, parkReceipt, unpark } from '../../src/store/receipts/parked-receipts.ts'
import {
  applyReceipts,
  findAttempt,
  readAttempts,
  type AttemptState,
  type ReceiptMove,
} from '../../src/store/receipts/receipts.ts'
import { expireDue, freeDue, listQuiet, ownsAnything, reclaimMessages } from '../../src/store/nodes/reclaim.ts'
import { claimDue } from '../../src/store/sms/sms-claims.ts'
import { settleMessages, type SmsSettlement } from '../../src/store/sms/sms-settle.ts'
import { releaseMessages, startMessages, type SmsWork } from '../../src/store/sms/sms-work.ts'
import { at, id, owner, rooms, type Chosen } from './choose.ts'
import type { MessageRow, Tables } from './model/tables.ts'
import { PUSH_CALLS, PUSH_LANES } from './push-calls.ts'
import { toMessage } from './senders.ts'

/** One call of the store: which, and numbers that choose its arguments. */
export interface Call {
  readonly kind: Kind
  readonly n: readonly number[]
}

export type Kind = keyof typeof CALLS

const LANES = ['plain', 'asked'].flatMap((provider) => ['otp', 'transactional'].map((kind) => `${provider}:${kind}`))
const TIMES = [0, 1, 7_000, 10_000, 31_000, 60_000]

const byId = (a: { readonly id: number }, b: { readonly id: number }): number => a.id - b.id

/** The message's real owner mostly, so that something happens. */
function ownerOf({ messages }: Tables, message: number, n: number | undefined): number {
  return (n ?? 0) % 4 === 0 ? owner(n) : (messages.rows.get(message)?.owner ?? owner(n))
}

function workOf({ messages }: Tables, message: number, n: number | undefined): SmsWork {
  const begun = messages.rows.get(message)?.attempt ?? 0
  const attempt = Math.max(0, begun + at([0, 0, 0, -1, 1], n))
  const planned = {
    at: 0,
    provider: 'plain',
    category: 'otp',
    onUncertain: 'retry',
    ttlSeconds: 60,
    keyed: false,
  } as const
  const { contact, sender, category, onUncertain } = toMessage('m', planned)
  return {
    id: message,
    contact,
    sender,
    text: 'm',
    segments: 1,
    category,
    onUncertain,
    provider: 'plain',
    owner: 1,
    attempt,
    due: (n ?? 0) % 2 === 0,
    tried: [],
  }
}

function settlementOf(tables: Tables, n: readonly number[]): SmsSettlement {
  const work = workOf(tables, id(n[0]), n[1])
  const attempt = Math.max(1, (tables.messages.rows.get(work.id)?.attempt ?? 1) + at([0, 0, 0, -1, 1], n[2]))
  const status = at(['queued', 'sent', 'uncertain', 'failed'] as const, n[3])
  return {
    work,
    attempt,
    provider: at(['plain', 'asked'], n[4]),
    providerMessageId: status === 'sent' ? `theirs-${work.id}` : null,
    status,
    attemptStatus: status === 'queued' ? 'failed' : status,
    reason: status === 'sent' ? null : 'busy',
    code: null,
    counted: (n[5] ?? 0) % 2 === 0,
    uncertain: status === 'uncertain',
    startedAt: new Date(1_700_000_000_000).toISOString(),
    next: status === 'sent' ? at(['none', 'poll'] as const, n[5]) : at(['none', 'send', 'reconcile'] as const, n[5]),
    waitMs: at([0, 1_000, 60_000], n[6]),
    nextProvider: null,
  }
}

/** Decided on what the message is, mostly. */
function receiptOf(known: MessageRow | undefined, messageId: number, n: readonly number[]): ReceiptMove {
  const status = at(['delivered', 'undelivered', 'sent'] as const, n[1])
  const state: AttemptState = {
    messageId,
    number: Math.max(1, known?.attempt ?? 1),
    messageStatus: known?.status ?? 'sent',
    messageReason: known?.reason ?? null,
    attemptStatus: null,
    provider: known?.provider ?? 'plain',
    contact: '+15005550006',
    sentTo: '+15005550006' as Msisdn,
    sender: null,
    category: 'transactional',
    segments: 1,
    text: 'm',
    attemptsCounted: (known?.attemptsCounted ?? 0) + at([0, 0, 0, 1], n[6]),
    newestAttempt: known?.attempt ?? 1,
    newestStatus: null,
    tried: [],
    mayGoOn: true,
    ageMs: 0,
    remainingMs: 0,
    sinceMs: null,
    parts: [],
    resends: false,
    version: null,
  }
  return {
    state,
    provider: state.provider,
    providerMessageId: `theirs-${messageId}`,
    attemptStatus: status,
    reason: status === 'undelivered' ? 'phone_off' : null,
    code: null,
    messageStatus: (n[2] ?? 0) % 2 === 0 ? null : status,
    resendMs: (n[3] ?? 0) % 3 === 0 ? 60_000 : null,
    clear: at(['none', 'sends', 'all'] as const, n[4]),
    nextProvider: null,
    part: null,
  }
}

const scopeOf = (n: readonly number[]): PauseScope => ({
  provider: at([null, 'plain', 'push'], n[0]),
  category: at([null, 'otp', 'transactional'], n[1]),
})

const planned = (n: readonly number[]): Parameters<typeof toMessage>[1] => ({
  at: 0,
  provider: at(['plain', 'asked'], n[1]),
  category: at(['otp', 'transactional'], n[2]),
  onUncertain: at(['retry', 'reconcile', 'fail'], n[3]),
  ttlSeconds: at([5, 60, 3_600], n[4]),
  keyed: (n[5] ?? 0) % 3 === 0,
})

export const CALLS = {
  register: () => (db) => registerNode(db, { name: 'n', machine: null, pid: 1, version: '0' }),
  beat: (_, n) => (db) => beat(db, owner(n[0]), id(n[1]), 30),
  end: (_, n) => (db) => endNode(db, owner(n[0])),
  neighbours: (_, n) => async (db) => (await listNeighbours(db, owner(n[0]), 30)).toSorted(byId),
  unemptied: () => (db) => listUnemptied(db),
  emptied: (_, n) => (db) => markEmptied(db, owner(n[0])),
  insert: (_, n) => async (db) => {
    const place = at(['start', 'hold', 'wait'] as const, n[6])
    const one = { ...toMessage(`m${id(n[0])}`, planned(n)), place }
    const two = { ...toMessage(`m${id(n[1])}`, planned(n.toReversed())), place: 'wait' as const }
    const made = await insertMessages(db, owner(n[0]), [one, two])
    return made.map((message) => message && { ...message, time: Date.parse(message.time) })
  },
  claim: (_, n) => async (db) => (await claimDue(db, owner(n[0]), rooms(LANES))).toSorted(byId),
  start: (tables, n) => async (db) => {
    const works = [...new Set([id(n[1]), id(n[2])])].map((message) => workOf(tables, message, n[3]))
    const started = await startMessages(db, ownerOf(tables, id(n[1]), n[0]), works)
    return started.map((row) => ({ ...row, startedAt: Date.parse(row.startedAt) })).toSorted(byId)
  },
  settle: (tables, n) => async (db) => {
    const settled = await settleMessages(
      db,
      ownerOf(tables, id(n[0]), n[7]),
      [settlementOf(tables, n)],
      (n[6] ?? 0) % 2 === 0,
    )
    return [[...settled.moved], [...settled.kept]]
  },
  release: (tables, n) => (db) =>
    releaseMessages(db, ownerOf(tables, id(n[1]), n[0]), [id(n[1]), id(n[2])], at([0, 5_000], n[3])),
  reclaim: (tables, n) => (db) =>
    reclaimMessages(db, {
      owner: ownerOf(tables, id(n[1]), n[0]),
      lowMessageId: id(n[2]) - 1,
      only: (n[3] ?? 0) % 2 === 0 ? null : [id(n[1]), id(n[4])],
      submitted: (n[5] ?? 0) % 3 > 0,
      reconcilable: ['asked'],
      mostCrashes: at([2, 4], n[6]),
      limit: 50,
      quietSeconds: (n[6] ?? 0) % 2 === 0 ? null : 10,
    }),
  free: (_, n) => (db) => freeDue(db, owner(n[0])),
  owns: (_, n) => (db) => ownsAnything(db, owner(n[0]), id(n[1])),
  quiet: (_, n) => async (db) => (await listQuiet(db, owner(n[0]), id(n[1]), 10)).messages.toSorted((a, b) => a - b),
  expire: () => (db) => expireDue(db, 50),
  attempts: (_, n) => (db) => {
    const [provider, attempt] = [at(['plain', 'asked'], n[1]), { messageId: id(n[0]), number: (n[1] ?? 0) % 3 }]
    return readAttempts(db, [
      { provider, providerMessageId: `theirs-${id(n[0])}`, attempt },
      { provider, providerMessageId: `theirs-${id(n[2])}`, attempt: null },
    ])
  },
  findAttempt: (_, n) => (db) => findAttempt(db, at(['plain', 'asked'], n[1]), `theirs-${id(n[0])}`),
  receipts:
    ({ messages }, n) =>
    async (db) => {
      const ids = [...new Set([id(n[0]), id(n[5])])]
      const written = await applyReceipts(
        db,
        ids.map((message) => receiptOf(messages.rows.get(message), message, n)),
      )
      return [...written].toSorted((a, b) => a - b)
    },
  park: (_, n) => (db) => {
    const status = at(['delivered', 'sent'], n[1])
    return parkReceipt(db, {
      provider: 'plain',
      providerMessageId: `theirs-${id(n[0])}`,
      status,
      reason: null,
      code: null,
      at: null,
      contact: null,
      messageId: null,
      attempt: null,
    })
  },
  matchable: () => async (db) => (await listMatchable(db, 50)).map((one) => [one.providerMessageId, one.status]),
  unpark: (_, n) => (db) => unpark(db, [id(n[0]), id(n[1])]),
  asks: () => async (db) => {
    const asks = (await claimAsks(db, LANES, 50, 60)).map((ask) => ({
      ...ask,
      dueId: 0,
      startedAt: ask.startedAt.getTime(),
    }))
    return asks.toSorted((a, b) => a.messageId - b.messageId || a.action.localeCompare(b.action) || a.round - b.round)
  },
  askAgain: (_, n) => async (db, _side, ids) => askAgain(db, await ids.due(n[0] ?? 0), at([null, 0, 5_000], n[1])),
  giveBack: (_, n) => async (db, _side, ids) => giveBackAsk(db, await ids.due(n[0] ?? 0), 5_000),
  sendAfterAll: (_, n) => async (db, _side, ids) => sendAfterAll(db, await ids.due(n[0] ?? 0)),
  pollLater: (_, n) => (db) => pollLater(db, id(n[0]), 5_000),
  cancel: (_, n) => (db) => cancelMessage(db, id(n[0])),
  clearDue: (_, n) => (db) => clearDue(db, id(n[0])),
  pause: (_, n) => (db) => addPause(db, scopeOf(n), at([null, 'tests'], n[2]), 'anyone'),
  resume: (_, n) => (db) => removePauses(db, scopeOf(n)),
  pauses: () => async (db) =>
    (await listPauses(db)).map(({ caller: _caller, pausedAt, ...pause }) => [pause, pausedAt.getTime()]),
  glance: (_, n) => async (db) => {
    const lanes = { sms: LANES, push: PUSH_LANES, asked: LANES.slice(0, 2) }
    const { cancelled, ...seen } = await readGlance(db, owner(n[0]), lanes)
    return [seen, cancelled.length]
  },
  ...PUSH_CALLS,
} satisfies Record<string, Chosen>

export const KINDS = Object.keys(CALLS) as Kind[]

/** Time that passes before a call. */
export function timeBefore({ n }: Call): number {
  return at(TIMES as [number, ...number[]], n[7])
}
