import type { Logger } from 'pino'
import type { InboundSms, Receipt, SmsProvider, UnreadableReceipt } from '../../domain/provider.ts'
import { createAlerts } from './alerts.ts'
import { createArrivals } from './arrivals.ts'
import { createBinds, type Binds } from './binds.ts'
import { checkSmpp } from './check.ts'
import { createFlow } from './flow.ts'
import { createLateAnswers } from './late-answers.ts'
import { LIMITS, type SessionLimits } from './limits.ts'
import { bindReaction } from './outcomes.ts'
import { createQueue } from './queue.ts'
import { createReferences } from './references.ts'
import { openSession } from './session.ts'
import type { Mode, Session, SessionEvents } from './session-parts.ts'
import { statusName } from './statuses.ts'
import { createSubmit } from './submit.ts'
import type { SmppOptions } from './url.ts'

export interface SmppProviderOptions extends SmppOptions {
  readonly name: string
  /** In PEM: the authority trusted instead of Node's own list, for look-alikes; absent: that list. */
  readonly ca?: string
  /** Timers that differ from the usual ones. */
  readonly limits?: Partial<SessionLimits>
}

export interface SmppParts {
  readonly log: Logger
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number
  /** 0..1 */
  readonly chance: () => number
  /** What it returns calls it off. */
  readonly after: (ms: number, run: () => void) => () => void
  /** Resolves after COMMIT, rejects when it could not be stored. */
  readonly takeReceipt: (receipt: Receipt) => Promise<void>
  readonly takeInbound: (inbound: InboundSms) => Promise<void>
  readonly takeUnreadable: (receipt: UnreadableReceipt) => Promise<void>
}

const CLOSE_MS = 7_000

/** What is started waits here no longer than so for the rate: who opts out a second before it would be written must not get it. */
const STARTED_SECONDS = 0.9

/**
 * SMS over SMPP 3.4. It submits through the binds that it is told to hold: without one its window is 0. Receipts and texts that come in are
 * answered once they are stored.
 */
export function createSmpp(options: SmppProviderOptions, parts: SmppParts): SmsProvider {
  const { name, window } = options
  const { log, monotonic, chance, after } = parts
  const alerts = createAlerts(name, log, monotonic)
  const keep = createArrivals(options, parts)
  const listeners: (() => void)[] = []
  let known = 0

  const open = (mode: Mode, events: SessionEvents): Session =>
    openSession(
      { ...options, place: placeOf(options), mode, limits: { ...LIMITS, ...options.limits } },
      { monotonic, after, keep, onOddity: alerts.odd },
      events,
    )
  const binds: Binds = createBinds(options, {
    log,
    monotonic,
    chance,
    after,
    open,
    onChange,
    onRoom: () => queue.pumpSoon(),
  })
  const flow = createFlow(options, { monotonic, share: () => binds.share() })
  const queue = createQueue({ sessions: () => binds.submitters(), flow, after })

  function windowNow(): number {
    const most = binds.submitters().length * window
    const perSecond = flow.perSecond()
    return perSecond === null ? most : Math.min(most, Math.max(1, Math.ceil(perSecond * STARTED_SECONDS)))
  }
  function onChange(): void {
    queue.pump()
    if (windowNow() === known) return
    known = windowNow()
    for (const listener of listeners) listener()
  }
  const late = createLateAnswers(name, parts)
  const submit = createSubmit(options, {
    queue,
    flow,
    references: createReferences(chance),
    alerts,
    monotonic,
    refusal: () => refusalOf(binds),
    renew: (session) => binds.renew(session),
    onLate: (receipt) => late.take(receipt),
  })
  return {
    name,
    get window() {
      return windowNow()
    },
    onWindow: (listener) => void listeners.push(listener),
    submit,
    reconcile: null,
    poll: null,
    readCallback: () => ({ kind: 'ignored' }),
    binds: { wanted: options.binds, hold: (slots) => binds.hold(slots), held: () => binds.held() },
    check: (signal) =>
      checkSmpp(options, { binds, monotonic, after, open: (events) => open(submitMode(options), events) }, signal),
    async close() {
      await Promise.all([close(binds, parts), late.close()])
    },
  }
}

function placeOf({ host, port, tls, tlsName, ca }: SmppProviderOptions) {
  return { host, port, tls: tls ? { name: tlsName, ca: ca ?? null } : null }
}

function submitMode({ bind }: SmppOptions): Mode {
  return bind === 'transceiver' ? 'transceiver' : 'transmitter'
}

/** The status that the account is refused with. */
function refusalOf(binds: Binds): string | null {
  for (const state of binds.states()) {
    if (state.kind !== 'waiting' || state.end.kind !== 'refused') continue
    if (bindReaction(state.end.status) === 'refused') return statusName(state.end.status)
  }
  return null
}

/** Unbinds all sessions at once, each of which cuts itself what is not answered in its time; what is left then is cut here. */
async function close(binds: Binds, { monotonic, after }: SmppParts): Promise<void> {
  binds.hold([])
  const deadline = monotonic() + CLOSE_MS
  while (binds.held().length > 0 && monotonic() < deadline)
    await new Promise<void>((resolve) => void after(20, resolve))
  binds.cut()
}
