import type { Socket } from 'node:net'
import type { Delivery } from './deliveries.ts'
import { createFramer } from './framer.ts'
import { type Command, decode, encode, type NewPdu, type Pdu, textOf, TLVS } from './pdu.ts'
import { type Status, STATUSES } from './statuses.ts'

export type Mode = 'receiver' | 'transmitter' | 'transceiver'

/** Whom a session is bound as. */
export interface Bound {
  readonly systemId: string
  readonly mode: Mode
}

/** One connection of an ESME. */
export interface Session {
  /** Null before a bind, and after an unbind. */
  bound(): Bound | null
  /** Writes an answer; `afterNext`: only once another one was written. */
  answer(pdu: NewPdu, afterNext?: boolean): void
  /** Sends a deliver_sm, and resolves with its answer; null: the connection ended before. */
  request(delivery: Delivery): Promise<Pdu | null>
  unbind(): void
  cut(): void
}

export interface SessionParts {
  /** Whether it may bind so. */
  readonly bind: (mode: Mode, systemId: string, password: string) => Status
  readonly onBound: (session: Session, bound: Bound) => void
  readonly onSubmit: (session: Session, bound: Bound, pdu: Pdu) => void
  /** It is not bound any more. */
  readonly onUnbound: (session: Session, bound: Bound) => void
  readonly onEnd: (session: Session) => void
  /** Nothing is written while this is so. */
  readonly isMute: () => boolean
}

const SYSTEM_ID = 'look-alike'
/** Source: SMPP v3.4 §5.2.4. */
const VERSION = 0x34

const MODES: Readonly<Partial<Record<Command, Mode>>> = {
  bind_receiver: 'receiver',
  bind_transmitter: 'transmitter',
  bind_transceiver: 'transceiver',
}

export function createSession(socket: Socket, parts: SessionParts): Session {
  let bound: Bound | null = null
  let gone = false
  let sequence = 0
  let held: NewPdu[] = []
  const pending = new Map<number, (pdu: Pdu | null) => void>()
  const cutFrames = createFramer()

  function write(pdu: NewPdu): void {
    if (!parts.isMute() && socket.writable) socket.write(encode(pdu))
  }

  function ask(pdu: Delivery): Promise<Pdu | null> {
    // Until it is gone somebody may hold this session for alive, and would ask again at once.
    if (gone) return Promise.resolve(null)
    sequence = (sequence % 0x7f_ff_ff_ff) + 1
    write({ ...pdu, sequence })
    return new Promise((resolve) => pending.set(sequence, resolve))
  }

  function loseBind(): void {
    const was = bound
    bound = null
    if (was !== null) parts.onUnbound(session, was)
  }

  function onBind(mode: Mode, command: Command, pdu: Pdu): void {
    const systemId = textOf(pdu, 'system_id')
    const status = bound === null ? parts.bind(mode, systemId, textOf(pdu, 'password')) : 'ESME_RALYBND'
    const tlvs = status === 'ESME_ROK' ? ([[TLVS.sc_interface_version, Buffer.of(VERSION)]] as const) : []
    const answer = { command: responseTo(command), status: STATUSES[status], sequence: pdu.sequence }
    write({ ...answer, fields: { system_id: SYSTEM_ID }, tlvs })
    if (status !== 'ESME_ROK') return
    bound = { systemId, mode }
    parts.onBound(session, bound)
  }

  function onRequest(command: Command, pdu: Pdu): void {
    const mode = MODES[command]
    if (mode !== undefined) onBind(mode, command, pdu)
    else if (command === 'enquire_link') write({ command: 'enquire_link_resp', sequence: pdu.sequence })
    else if (command === 'unbind') {
      loseBind()
      write({ command: 'unbind_resp', sequence: pdu.sequence })
      socket.end()
    } else if (command !== 'submit_sm') nack(pdu.sequence, 'ESME_RINVCMDID')
    else if (bound !== null && bound.mode !== 'receiver') parts.onSubmit(session, bound, pdu)
    else write({ command: 'submit_sm_resp', status: STATUSES.ESME_RINVBNDSTS, sequence: pdu.sequence })
  }

  function nack(of: number, status: Status): void {
    write({ command: 'generic_nack', status: STATUSES[status], sequence: of })
  }

  function onResponse(pdu: Pdu): void {
    pending.get(pdu.sequence)?.(pdu)
    pending.delete(pdu.sequence)
    if (pdu.command === 'unbind_resp') socket.end()
  }

  function onFrame(frame: Buffer): void {
    const pdu = decode(frame)
    const { command, sequence: of } = pdu
    if (command === null) nack(of, 'ESME_RINVCMDID')
    else if (!('refuseWith' in pdu)) {
      if (isResponse(command)) onResponse(pdu)
      else onRequest(command, pdu)
    } else if (!isResponse(command)) write({ command: responseTo(command), status: pdu.refuseWith, sequence: of })
  }

  const session: Session = {
    bound: () => bound,
    answer(pdu, afterNext = false) {
      if (afterNext) held.push(pdu)
      else for (const one of [pdu, ...held.splice(0)]) write(one)
    },
    request: ask,
    unbind() {
      loseBind()
      void ask({ command: 'unbind' })
    },
    cut: () => void socket.destroy(),
  }
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  socket.on('data', (piece: Buffer) => {
    const { frames, broken } = cutFrames(piece)
    for (const frame of frames) onFrame(frame)
    if (!broken) return
    nack(0, 'ESME_RINVCMDLEN')
    // What follows can't be told apart.
    socket.removeAllListeners('data').resume().end()
  })
  socket.on('close', () => {
    gone = true
    loseBind()
    for (const resolve of pending.values()) resolve(null)
    pending.clear()
    held = []
    parts.onEnd(session)
  })
  return session
}

function isResponse(command: Command): boolean {
  return command.endsWith('_resp') || command === 'generic_nack'
}

/** Only for a request. */
function responseTo(command: Command): Command {
  return `${command}_resp` as Command
}
