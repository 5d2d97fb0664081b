import { type LinkFault, openConnection } from './connection.ts'
import { createDeliveries } from './deliveries.ts'
import { dispatch, type Handlers, refusal } from './dispatch.ts'
import { encodeBare, encodeBind } from './encode.ts'
import { createFramer } from './framer.ts'
import type { Bind, DataSm, DeliverSm } from './pdu.ts'
import { createPending } from './pending.ts'
import type { EndReason, Session, SessionEnd, SessionEvents, SessionOptions, SessionParts } from './session-parts.ts'
import { STATUS } from './statuses.ts'
import { createWatch } from './watch.ts'

type Phase = 'opening' | 'binding' | 'bound' | 'leaving' | 'closed'

/** A session that is being unbound. `peerSequence`: of the peer's unbind; null: it is we who unbind. */
interface Leaving {
  answered: boolean
  readonly peerSequence: number | null
}

const VERSION = 0x34

export function openSession(options: SessionOptions, parts: SessionParts, events: SessionEvents): Session {
  const { limits, mode } = options
  const { monotonic, onOddity } = parts
  const pending = createPending(monotonic, limits.responseMs)
  const watch = createWatch(limits, monotonic)
  let phase: { readonly name: Phase; readonly since: number } = { name: 'opening', since: monotonic() }
  let [bindSequence, frames, held] = [0, 0, false]
  let end: SessionEnd | null = null
  let leaving: Leaving | null = null
  const connection = openConnection(options.place, { onOpen: bind, onData, onClosed }, parts.after)
  const write = (octets: Buffer): void => connection.write(octets)
  const framer = createFramer(onFrame, onBroken)
  const deliveries = createDeliveries({ keep: parts.keep, write, hold, onAnswered: partWhenIdle })
  const on: Handlers = { write, onOddity, onAnswer, onNack, onBindAnswer, onDelivery, onUnbind, onUnbindAnswer }
  let callOff = parts.after(limits.beatMs, beat)
  const is = (...names: readonly Phase[]): boolean => names.includes(phase.name)

  function enter(name: Phase): void {
    phase = { name, since: monotonic() }
  }
  function hold(isOn: boolean): void {
    held = isOn
    connection.hold(isOn)
  }
  function bind(): void {
    if (!is('opening')) return
    enter('binding')
    bindSequence = pending.nextSequence()
    write(encodeBind(bindOf(options, bindSequence)))
  }
  function onData(chunk: Buffer): void {
    const before = frames
    framer.feed(chunk)
    watch.heard(frames > before, framer.pending() > 0)
  }
  function onFrame(octets: Buffer): void {
    frames += 1
    dispatch(octets, on)
  }
  function onBroken({ kind }: { readonly kind: string }): void {
    // Where its length is none a PDU has no number that could be answered, and nobody knows where the next one begins.
    onOddity({ kind: 'malformed', command: 'unknown', sequence: 0, problem: kind })
    write(encodeBare('generic_nack', 0, STATUS.ESME_RINVCMDLEN))
    takeNothingNew({ kind: 'ended', reason: 'framing' })
    connection.end()
  }
  function onClosed(fault: LinkFault | null): void {
    takeNothingNew(fault === null ? { kind: 'ended', reason: 'closed' } : { kind: 'unreached', ...fault })
    enter('closed')
    callOff()
    pending.lose()
    if (end !== null) events.onEnd(end)
  }
  function onBindAnswer(sequence: number, status: number, command: string): void {
    if (!is('binding') || sequence !== bindSequence) return onOddity({ kind: 'unmatched', command, sequence })
    if (status !== 0) {
      takeNothingNew({ kind: 'refused', status })
      return connection.end()
    }
    enter('bound')
    events.onBound()
    events.onRoom()
  }
  function onNack(sequence: number, status: number): void {
    if (is('binding')) return onBindAnswer(sequence, status || STATUS.ESME_RBINDFAIL, 'generic_nack')
    onAnswer(sequence, status || STATUS.ESME_RUNKNOWNERR, '', 'generic_nack')
  }
  function onAnswer(sequence: number, status: number, messageId: string, command: string): void {
    const found = pending.answer(sequence, status, messageId)
    if (found === 'unknown') return onOddity({ kind: 'unmatched', command, sequence })
    partWhenIdle()
    if (found === 'settled') events.onRoom()
  }
  function onDelivery(pdu: DeliverSm | DataSm): void {
    if (is('bound', 'leaving')) return deliveries.take(pdu)
    const octets = refusal(pdu.command, pdu.sequence, STATUS.ESME_RINVBNDSTS)
    if (octets !== null) write(octets)
  }
  function onUnbind(sequence: number): void {
    if (leaving === null) leave('unbound', sequence)
    else write(encodeBare('unbind_resp', sequence))
  }
  function onUnbindAnswer(sequence: number): void {
    if (leaving === null) return onOddity({ kind: 'unmatched', command: 'unbind_resp', sequence })
    leaving.answered = true
    partWhenIdle()
  }
  /** What is handed to a session that is going down would be in doubt for nothing. */
  function takeNothingNew(why: SessionEnd): void {
    end ??= why
    if (is('leaving', 'closed')) return
    const wasBound = is('bound')
    enter('leaving')
    if (wasBound) events.onLeaving()
  }
  /** Its own word is not waited for. */
  function cut(why: SessionEnd): void {
    takeNothingNew(why)
    connection.destroy()
  }
  /** A peer's unbind is answered once our submissions are. */
  function leave(reason: EndReason, peerSequence: number | null): void {
    if (is('opening', 'binding')) return cut({ kind: 'ended', reason })
    if (!is('bound')) return
    leaving = { answered: peerSequence !== null, peerSequence }
    takeNothingNew({ kind: 'ended', reason })
    if (peerSequence === null) write(encodeBare('unbind', pending.nextSequence()))
    partWhenIdle()
  }
  function partWhenIdle(): void {
    if (leaving?.answered === true && pending.open() === 0 && deliveries.underWay() === 0) part()
  }
  function part(): void {
    const sequence = leaving?.peerSequence ?? null
    if (sequence !== null) write(encodeBare('unbind_resp', sequence))
    leaving = null
    connection.end()
  }
  function beat(): void {
    callOff = parts.after(limits.beatMs, beat)
    const passed = monotonic() - phase.since
    if (is('opening') && passed >= limits.connectMs) return cut(unreached('connect_timeout'))
    if (is('binding') && passed >= limits.bindMs) return cut(unreached('bind_timeout'))
    if (leaving !== null && passed >= (leaving.peerSequence === null ? limits.unbindMs : limits.drainMs)) part()
    if (!is('bound', 'leaving')) return
    if (pending.expire() >= limits.mostTimeouts) leave('timeouts', null)
    const what = watch.look(held)
    if (what === 'enquire') write(encodeBare('enquire_link', pending.nextSequence()))
    else if (what !== null) return cut({ kind: 'ended', reason: what })
    events.onRoom()
  }

  return {
    mode,
    isBound: () => is('bound'),
    room: () => (is('bound') && mode !== 'receiver' ? options.window - pending.open() : 0),
    submit(submission) {
      const sequence = pending.add(submission)
      write(submission.encode(sequence))
      return sequence
    },
    abort: (sequence) => pending.abort(sequence),
    leave: (reason) => leave(reason, null),
    destroy: () => cut({ kind: 'ended', reason: 'told' }),
  }
}

function unreached(reason: 'connect_timeout' | 'bind_timeout'): SessionEnd {
  return { kind: 'unreached', reason, code: null }
}

function bindOf({ mode, systemId, password, systemType }: SessionOptions, sequence: number): Bind {
  return {
    command: `bind_${mode}`,
    sequence,
    systemId,
    password,
    systemType,
    interfaceVersion: VERSION,
    addrTon: 0,
    addrNpi: 0,
    addressRange: '',
  }
}
