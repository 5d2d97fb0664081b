/**
 * What an answer tells of the provider and the link to it: nothing where it was about the message itself. `shut`: it refuses all of them, and
 * there is no need to ask twenty times.
 */
export type Sign = 'well' | 'fault' | 'nothing' | 'shut'

/** `open`: let nothing through · `half-open`: one at a time, to see · `ramp`: more and more · `closed`: all is well. */
export type CircuitState = 'closed' | 'open' | 'half-open' | 'ramp'

export interface CircuitParts {
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** 0 ≤ x < 1 */
  readonly chance: () => number
  /** Once for each change. `waitMs`: with `open`, until something is let through again. */
  readonly onChange: (state: CircuitState, waitMs: number) => void
}

/** Whether messages should go one way, judged by what came of those that went. */
export interface Circuit {
  state(): CircuitState
  /** Milliseconds until something is let through; 0 unless it is open. */
  waitMs(): number
  /** Whether a new message may choose this way; `draw`, 0 ≤ x < 1, decides while it is let through by shares. Changes nothing. */
  welcomes(draw: number): boolean
  /** A new message chose it. Call what comes back where it does not go this way after all. */
  chosen(): () => void
  /** Whether a message that waits for this way may be submitted now. Changes nothing. */
  admits(): boolean
  /** Such a message is about to be submitted. */
  admitted(): void
  /** A submission begins; call what comes back once, with what it told. */
  begin(): (sign: Sign) => void
  /** What a receipt told, long after the submission; `shut` as of an answer. */
  reported(sign: Sign): void
}

/** Answers are judged over the last 30 s, receipts over the last 5 min: they come in their own time. */
const ANSWERS = { bins: 30, binMs: 1_000 } as const
const RECEIPTS = { bins: 30, binMs: 10_000 } as const

/** It opens when at least half of at least so many are faults. */
const LEAST = 20
const SHARE = 0.5

/** Until something is let through: so long at first, twice that with each opening soon after the one before. */
const FIRST_WAIT_MS = 30_000
const LONGEST_WAIT_MS = 900_000
const SOON_MS = 600_000

/** Of a wait, either way: nodes and countries don't come back at one moment. */
const SPREAD = 0.2

/** Half-open: at most one a second, and one without an answer is lost after this. */
const PROBE_EVERY_MS = 1_000
const PROBE_LOST_MS = 60_000
const PROBES = 5

const RAMP_MS = 60_000
const RAMP_FROM = 0.1

export function createCircuit({ now, chance, onChange }: CircuitParts): Circuit {
  const answers = createShare(ANSWERS)
  const receipts = createShare(RECEIPTS)
  let state: CircuitState = 'closed'
  // When the state after this one begins, where time alone brings it.
  let until = Infinity
  let openings = 0
  // Since when something is let through again; null: it has never been open.
  let upSince: number | null = null
  // What was begun under another one tells of times that are past.
  let epoch = 0
  let probe: { readonly at: number } | null = null
  let probesWell = 0
  let lastChosen = -Infinity
  let lastAdmitted = -Infinity

  function move(to: CircuitState, waitMs: number, from: number): void {
    state = to
    until = to === 'open' || to === 'ramp' ? from + waitMs : Infinity
    onChange(to, to === 'open' ? waitMs : 0)
  }

  /** What time alone has changed. */
  function settle(): number {
    const at = now()
    if (at < until) return at
    if (state === 'open') {
      upSince = until
      probe = null
      probesWell = 0
      move('half-open', 0, until)
    } else if (state === 'ramp') move('closed', 0, until)
    return at
  }

  function open(at: number): void {
    openings = upSince !== null && at - upSince < SOON_MS ? openings + 1 : 0
    const spread = 1 - SPREAD + 2 * SPREAD * chance()
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** Math.min(openings, 10) * spread, LONGEST_WAIT_MS)
    forget()
    move('open', waitMs, at)
  }

  function forget(): void {
    epoch += 1
    answers.clear()
    receipts.clear()
  }

  function judged(at: number): void {
    if (answers.isBad(at) || receipts.isBad(at)) open(at)
  }

  function probed(sign: Sign, at: number): void {
    probe = null
    if (sign === 'fault' || sign === 'shut') return open(at)
    if (sign === 'well') probesWell += 1
    if (probesWell < PROBES) return
    forget()
    move('ramp', RAMP_MS, at)
  }

  const isProbing = (at: number): boolean => probe !== null && at - probe.at < PROBE_LOST_MS
  const share = (at: number): number => 1 - ((1 - RAMP_FROM) * (until - at)) / RAMP_MS

  /** `last`: when one was let through this way before. */
  function mayProbe(at: number, last: number): boolean {
    return !isProbing(at) && at - last >= PROBE_EVERY_MS
  }

  return {
    state() {
      settle()
      return state
    },
    waitMs() {
      const at = settle()
      return state === 'open' ? until - at : 0
    },
    welcomes(draw) {
      const at = settle()
      if (state === 'ramp') return draw < share(at)
      return state === 'closed' || (state === 'half-open' && mayProbe(at, lastChosen))
    },
    chosen() {
      const before = lastChosen
      const mine = now()
      lastChosen = mine
      return () => {
        if (lastChosen === mine) lastChosen = before
      }
    },
    admits() {
      const at = settle()
      return state === 'half-open' ? mayProbe(at, lastAdmitted) : state !== 'open'
    },
    admitted: () => void (lastAdmitted = now()),
    begin() {
      const at = settle()
      const begun = epoch
      const mine = state === 'half-open' && !isProbing(at) ? { at } : null
      if (mine !== null) probe = mine
      return (sign) => {
        const then = settle()
        if (begun !== epoch || state === 'open') return
        if (state === 'half-open') {
          if (mine !== null && mine === probe) probed(sign, then)
          return
        }
        if (sign === 'shut') return open(then)
        answers.add(sign, then)
        judged(then)
      }
    },
    reported(sign) {
      const at = settle()
      if (state === 'open' || state === 'half-open') return
      if (sign === 'shut') return open(at)
      receipts.add(sign, at)
      judged(at)
    },
  }
}

/** How many of the latest were faults. */
interface Share {
  add(sign: Sign, at: number): void
  isBad(at: number): boolean
  clear(): void
}

function createShare({ bins, binMs }: { readonly bins: number; readonly binMs: number }): Share {
  const kept = Array.from({ length: bins }, () => ({ turn: -1, well: 0, fault: 0 }))
  const turnOf = (at: number): number => Math.floor(at / binMs)

  return {
    add(sign, at) {
      if (sign !== 'well' && sign !== 'fault') return
      const turn = turnOf(at)
      const bin = kept[turn % bins]
      if (bin === undefined) throw new RangeError('a clock before its own beginning')
      if (bin.turn !== turn) Object.assign(bin, { turn, well: 0, fault: 0 })
      bin[sign] += 1
    },
    isBad(at) {
      const oldest = turnOf(at) - bins
      const recent = kept.filter(({ turn }) => turn > oldest)
      const faults = recent.reduce((sum, { fault }) => sum + fault, 0)
      const total = faults + recent.reduce((sum, { well }) => sum + well, 0)
      return total >= LEAST && faults >= SHARE * total
    },
    clear: () => kept.forEach((bin) => void Object.assign(bin, { turn: -1, well: 0, fault: 0 })),
  }
}
