import type { Logger } from 'pino'
import { createLine, type Line, type LineState } from './line.ts'
import { bindReaction } from './outcomes.ts'
import type { Mode, Session, SessionEnd, SessionEvents } from './session-parts.ts'
import { statusName } from './statuses.ts'

export interface BindsOptions {
  /** The provider's, for the log. */
  readonly name: string
  readonly bind: 'transceiver' | 'separate'
  /** Of the account, over all nodes. */
  readonly binds: number
}

export interface BindsParts {
  readonly log: Logger
  readonly monotonic: () => number
  readonly chance: () => number
  readonly after: (ms: number, run: () => void) => () => void
  readonly open: (mode: Mode, events: SessionEvents) => Session
  /** Sessions came or went. */
  readonly onChange: () => void
  /** One may have room. */
  readonly onRoom: () => void
}

/** The binds that this node has, each kept up. */
export interface Binds {
  hold(slots: readonly number[]): void
  /** Those that are not ended yet. */
  held(): readonly number[]
  /** Ends at once those that are being ended. */
  cut(): void
  /** Bound, and to be submitted to. */
  submitters(): readonly Session[]
  /** Whether `hold` was ever called. */
  isShared(): boolean
  states(): readonly LineState[]
  /** This session does not do: another one is opened in its place. */
  renew(session: Session): void
  /** This node's part in the account's binds: 0..1. */
  share(): number
}

export function createBinds(options: BindsOptions, parts: BindsParts): Binds {
  const modes: readonly Mode[] = options.bind === 'transceiver' ? ['transceiver'] : ['transmitter', 'receiver']
  const slots = new Map<number, readonly Line[]>()
  let wanted: ReadonlySet<number> = new Set()
  let shared = false
  let submitters: readonly Session[] = []
  const tell = createTeller(options.name, parts.log)

  const lines = (): readonly Line[] => [...slots.values()].flat()

  function onChange(): void {
    // One that is wanted again while it was being ended is opened anew once it is over.
    for (const [slot, ended] of slots) if (ended.every((line) => line.isOver())) slots.delete(slot)
    openMissing()
    submitters = lines().flatMap((line) => {
      const session = line.session()
      return session === null || session.mode === 'receiver' ? [] : [session]
    })
    parts.onChange()
  }

  function openMissing(): void {
    for (const slot of wanted) if (!slots.has(slot)) slots.set(slot, modes.map(openLine))
  }

  function openLine(mode: Mode): Line {
    return createLine({
      ...parts,
      onChange,
      open: (events) => parts.open(mode, events),
      onBound: () => tell.bound(mode),
      onEnd: (end, waitMs) => tell.ended(mode, end, waitMs),
    })
  }

  return {
    hold(next) {
      shared = true
      wanted = new Set(next)
      for (const [slot, held] of slots) if (!wanted.has(slot)) for (const line of held) line.stop()
      openMissing()
    },
    held: () => [...slots.keys()],
    cut() {
      for (const [slot, held] of slots) if (!wanted.has(slot)) for (const line of held) line.cut()
    },
    submitters: () => submitters,
    isShared: () => shared,
    states: () => lines().map((line) => line.state()),
    renew: (session) => session.leave('refused'),
    share: () => wanted.size / options.binds,
  }
}

/** In words, without anything secret. */
export function describeEnd(end: SessionEnd): string {
  switch (end.kind) {
    case 'refused':
      return `the bind was refused with ${statusName(end.status)}`
    case 'unreached':
      return end.code === null ? end.reason : `${end.reason} (${end.code})`
    case 'ended':
      return ENDED[end.reason]
  }
}

const ENDED: Record<Extract<SessionEnd, { kind: 'ended' }>['reason'], string> = {
  closed: 'the connection was closed',
  unbound: 'the SMSC unbound',
  told: 'it was ended',
  refused: 'the SMSC did not take it for bound',
  enquire_link: 'enquire_link was not answered',
  inactive: 'nothing was heard for two minutes',
  timeouts: 'five submissions in a row were not answered',
  read_timeout: 'a PDU was not sent to its end',
  framing: 'what came was no PDU',
}

/** What is new goes into the log once, not each time that it is tried. */
function createTeller(provider: string, log: Logger) {
  const told = new Map<Mode, string>()
  return {
    bound(mode: Mode): void {
      if (told.delete(mode)) log.warn({ event: 'smpp.bound', provider, mode }, 'a bind is up again')
    },
    ended(mode: Mode, end: SessionEnd, waitMs: number): void {
      const why = describeEnd(end)
      if (told.get(mode) === why) return
      told.set(mode, why)
      const status = end.kind === 'refused' ? { status: statusName(end.status) } : {}
      const line = { event: 'smpp.unbound', provider, mode, ...status, wait_ms: Math.round(waitMs) }
      if (end.kind === 'refused' && bindReaction(end.status) === 'refused')
        log.error(line, `SMPP: ${why}; it is tried again`)
      else log.warn(line, `SMPP: ${why}; it is opened again`)
    },
  }
}
