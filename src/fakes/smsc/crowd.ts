import type { Socket } from 'node:net'
import type { Outbox } from './outbox.ts'
import { createSession, type Session, type SessionParts } from './session.ts'
import type { Status } from './statuses.ts'

export interface CrowdParts extends Pick<SessionParts, 'onSubmit'> {
  readonly systemId: string
  readonly password: string
  /** Binds at once. */
  readonly maxBinds: number
  readonly outbox: Outbox
}

/** All who are connected. */
export interface Crowd {
  join(socket: Socket): void
  /** How many are bound. */
  binds(): number
  /** Sends unbind to all who are bound. */
  unbind(): void
  /** Cuts all connections. */
  cut(): void
  /** Reads and takes on, but writes nothing until it is told `false`. */
  mute(on: boolean): void
}

export function createCrowd({ systemId, password, maxBinds, outbox, onSubmit }: CrowdParts): Crowd {
  const sessions = new Set<Session>()
  let isMute = false

  function bound(): readonly Session[] {
    return [...sessions].filter((session) => session.bound() !== null)
  }

  function mayBind(givenId: string, givenPassword: string): Status {
    if (givenId !== systemId) return 'ESME_RINVSYSID'
    if (givenPassword !== password) return 'ESME_RINVPASWD'
    return bound().length < maxBinds ? 'ESME_ROK' : 'ESME_RALYBND'
  }

  const parts: SessionParts = {
    bind: (_mode, givenId, givenPassword) => mayBind(givenId, givenPassword),
    onBound(session, { systemId: whose, mode }) {
      if (mode !== 'transmitter') outbox.attach(whose, session)
    },
    onUnbound: (session, { systemId: whose }) => outbox.detach(whose, session),
    onSubmit,
    onEnd: (session) => void sessions.delete(session),
    isMute: () => isMute,
  }
  return {
    join: (socket) => void sessions.add(createSession(socket, parts)),
    binds: () => bound().length,
    unbind() {
      for (const session of bound()) session.unbind()
    },
    cut() {
      for (const session of sessions) session.cut()
    },
    mute: (on) => void (isMute = on),
  }
}
