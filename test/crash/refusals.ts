/** One way in which a provider refuses, and what must follow. */
export interface Refusal {
  readonly name: string
  /** Of the look-alike of Twilio: the number that plays it. */
  readonly contact?: string
  /** Of the look-alike of an SMSC: what it plays, and how often before it takes the message; always unless said. */
  readonly play?: object
  readonly times?: number
  /** Seconds before the second, third … submission, or question. */
  readonly waits?: readonly number[]
  /** What it comes to in the end: one of these statuses. Left out where it is not followed so far. */
  readonly ends?: readonly string[]
  readonly reason?: string
  readonly code?: RegExp
  /** Submissions that cost an attempt, at the end. */
  readonly counted?: number
  readonly onUncertain?: 'retry' | 'fail'
  /** All else waits, too: it comes after the others. */
  readonly holds?: true
  /** Takes minutes that can't be made shorter. */
  readonly slow?: true
}

const GONE = ['sent', 'delivered']

const MINUTE = 60
const HOUR = 3_600

/** By status. Source of the statuses: SMPP v3.4, table 5-2; from 0x100 on SMPP v5.0 §4.7.6. */
export const OF_SMPP: readonly Refusal[] = [
  ...refused('failed', 'invalid_number', ['ESME_RINVDSTADR']),
  ...refused('failed', 'invalid_sender', ['ESME_RINVSRCADR', 'ESME_RINVSRCTON', 'ESME_RINVSRCNPI']),
  ...refused('failed', null, ['ESME_RINVDSTTON', 'ESME_RINVDSTNPI']),
  ...refused('failed', 'rejected', [
    'ESME_RINVMSGLEN',
    'ESME_RINVESMCLASS',
    'ESME_RINVOPTPARSTREAM',
    'ESME_ROPTPARNOTALLWD',
  ]),
  ...refused('failed', 'rejected', ['ESME_RINVPARLEN', 'ESME_RMISSINGOPTPARAM', 'ESME_RINVOPTPARAMVAL', 0x104]),
  ...refused('failed', 'rejected', ['ESME_RX_P_APPN', 'ESME_RX_R_APPN', 'ESME_RINVSCHED', 'ESME_RINVEXPIRY']),
  ...refused('failed', 'blocked', [0x100, 0x101, 0x103]),
  { name: '0x102', play: { code: 0x102 }, waits: [5 * MINUTE], ends: ['failed'], reason: 'blocked', counted: 2 },
  { name: '0x400', play: { code: 0x400 }, ends: ['failed'], code: /400/ },
  { name: '0x4ff', play: { code: 0x4ff }, ends: ['failed'], code: /4ff/i },
  ...again([30, 2 * MINUTE, 10 * MINUTE], null, ['ESME_RSYSERR', 'ESME_RX_T_APPN']),
  ...again([MINUTE], 'submit_failed', ['ESME_RSUBMITFAIL']),
  ...again([MINUTE], null, ['ESME_RDELIVERYFAILURE', 'ESME_RUNKNOWNERR']),
  // Without its validity it is taken.
  { name: 'ESME_RINVEXPIRY once', play: { status: 'ESME_RINVEXPIRY' }, times: 1, ends: GONE },
  { name: 'no answer, retry', play: never(), times: 1, waits: [10], ends: GONE, onUncertain: 'retry', slow: true },
  { name: 'no answer', play: never(), times: 1, waits: [MINUTE], ends: GONE, slow: true },
  { name: 'no answer, fail', play: never(), times: 1, ends: ['uncertain'], onUncertain: 'fail', slow: true },
  {
    name: 'ESME_RMSGQFUL',
    play: { status: 'ESME_RMSGQFUL' },
    waits: [30, 90, 180, 180],
    ends: ['failed'],
    reason: 'queue_full',
    counted: 5,
    holds: true,
  },
  { name: 'ESME_RINVBNDSTS', play: { status: 'ESME_RINVBNDSTS' }, times: 1, ends: GONE, counted: 1, holds: true },
  { name: 'ESME_RINVCMDID', play: { status: 'ESME_RINVCMDID' }, times: 1, waits: [30], ends: GONE, holds: true },
  { name: 'ESME_RINVCMDLEN', play: { status: 'ESME_RINVCMDLEN' }, times: 1, waits: [30], ends: GONE, holds: true },
  { name: 'ESME_RTHROTTLED', play: { status: 'ESME_RTHROTTLED' }, times: 3, ends: GONE, counted: 1, holds: true },
]

/** By code, with the answer (0), or later as failed (1) or undelivered (2). Source: https://www.twilio.com/docs/api/errors/<code>. */
export const OF_TWILIO: readonly Refusal[] = [
  ...answered('failed', { 21211: 'invalid_number', 21408: 'country_blocked', 21610: 'opted_out', 21612: 'unroutable' }),
  ...answered('failed', { 21212: 'invalid_sender', 21606: 'invalid_sender', 21614: 'not_mobile', 21617: 'too_long' }),
  ...answered('failed', { 21635: 'landline', 99999: 'refused' }),
  ...later('failed', { 30450: 'fraud', 21610: 'opted_out' }),
  ...later('undelivered', { 30003: 'unreachable', 30004: 'blocked', 30005: 'unknown_number', 30006: 'landline' }),
  ...later('undelivered', { 30007: 'filtered', 30008: 'unknown' }),
  ...later('expired', { 30036: 'validity_expired' }),
  // Held back like what is refused at once, as long as they are valid.
  { name: '30002', contact: number(30002, 1), waits: [MINUTE, 5 * MINUTE] },
  { name: '30034', contact: number(30034, 1), waits: [MINUTE, 5 * MINUTE] },
  {
    name: '30001',
    contact: number(30001, 2),
    waits: [MINUTE, 5 * MINUTE, 15 * MINUTE],
    ends: ['failed', 'undelivered'],
  },
  {
    name: '30022',
    contact: number(30022, 2),
    waits: [MINUTE, 5 * MINUTE, 15 * MINUTE],
    ends: ['failed', 'undelivered'],
  },
  { name: '30610', contact: number(30610, 2), waits: [4 * HOUR] },
  // What was taken tells of itself before it is asked after.
  { name: '500, and it was taken', contact: '+15007100001', ends: GONE, counted: 1 },
  { name: '500, and it was not taken', contact: '+15007110001', waits: [15, 55], ends: GONE, counted: 2 },
  { name: 'reset, and it was taken', contact: '+15007120001', ends: GONE, counted: 1 },
  { name: 'reset, and it was not taken', contact: '+15007130001', waits: [15, 55], ends: GONE, counted: 2 },
  { name: '500, fail', contact: '+15007110002', ends: ['uncertain'], onUncertain: 'fail' },
  { name: '20429', contact: '+15007010001', ends: GONE, counted: 1, holds: true },
  { name: '20003', contact: number(20003, 0), waits: [MINUTE], counted: 0, holds: true, slow: true },
  { name: '21611', contact: number(21611, 0), waits: [10 * MINUTE], counted: 0, holds: true },
]

function refused(status: string, reason: string | null, codes: readonly (string | number)[]): Refusal[] {
  return codes.map((code) => ({ ...played(code), ends: [status], ...(reason === null ? {} : { reason }) }))
}

/** After all these waits it is given up. */
function again(waits: readonly number[], reason: string | null, codes: readonly (string | number)[]): Refusal[] {
  return refused('failed', reason, codes).map((one) => ({ ...one, waits, counted: waits.length + 1 }))
}

function played(code: string | number): Pick<Refusal, 'name' | 'play'> {
  if (typeof code === 'string') return { name: code, play: { status: code } }
  return { name: `0x${code.toString(16)}`, play: { code } }
}

function never(): object {
  return { answer: 'never', lose: true }
}

function answered(status: string, reasons: Readonly<Record<number, string>>): Refusal[] {
  return Object.entries(reasons).map(([code, reason]) => ({
    name: code,
    contact: number(Number(code), 0),
    ends: [status],
    reason,
    code: new RegExp(code),
    counted: 1,
  }))
}

function later(status: string, reasons: Readonly<Record<number, string>>): Refusal[] {
  return Object.entries(reasons).map(([code, reason]) => ({
    name: `${code} later`,
    contact: number(Number(code), status === 'failed' ? 1 : 2),
    ends: [status],
    reason,
    code: new RegExp(code),
  }))
}

function number(code: number, kind: 0 | 1 | 2): string {
  return `+15006${String(code).padStart(5, '0')}${kind}`
}
