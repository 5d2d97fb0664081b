import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface Place {
  readonly host: string
  readonly port: number
  /** Null: without TLS. `name`: what the certificate is for; null: the host. `ca`: in PEM, the authority trusted beside none; null: Node's own list. */
  readonly tls: { readonly name: string | null; readonly ca: string | null } | null
}

export interface ConnectionEvents {
  /** Connected, and with TLS the certificate is accepted. */
  onOpen(): void
  onData(chunk: Buffer): void
  /** Exactly once. Null: it was open, and has ended. */
  onClosed(fault: LinkFault | null): void
}

/** Why there was no connection. */
export interface LinkFault {
  readonly reason: 'dns_failed' | 'connect_failed' | 'tls_failed'
  /** `ECONNREFUSED`, `CERT_HAS_EXPIRED` … */
  readonly code: string | null
}

/** One connection, over TCP or TLS. Nothing that happens to it is ever thrown. */
export interface Connection {
  /** What is written in one go of the event loop leaves as one. */
  write(octets: Buffer): void
  /** Reads nothing more until it is told `false`. */
  hold(on: boolean): void
  /** Closes once all is written. */
  end(): void
  destroy(): void
}

/** A peer that takes so little that this waits to be written is not read from either. */
const MOST_UNWRITTEN = 1_048_576

/** For the peer to close its side after `end`. */
const LINGER_MS = 1_000

export function openConnection(
  place: Place,
  events: ConnectionEvents,
  after: (ms: number, run: () => void) => () => void,
): Connection {
  let open = false
  let told = false
  let linked = false
  let fault: LinkFault | null = null
  let gathered: Buffer[] = []
  const held = { asked: false, clogged: false }
  let lingering: (() => void) | null = null
  const socket = connect(place, () => {
    open = true
    events.onOpen()
  })

  function flush(): void {
    const octets = gathered.length === 1 ? gathered[0] : Buffer.concat(gathered)
    gathered = []
    if (octets === undefined || !socket.writable) return
    socket.write(octets)
    if (held.clogged || socket.writableLength < MOST_UNWRITTEN) return
    held.clogged = true
    socket.pause()
  }
  function resume(): void {
    if (!held.asked && !held.clogged) socket.resume()
  }
  socket.setNoDelay(true)
  socket.on('data', (chunk: Buffer) => events.onData(chunk))
  socket.on('connect', () => (linked = true))
  socket.on('drain', () => {
    held.clogged = false
    resume()
  })
  socket.on('error', (error) => {
    if (!open) fault ??= faultOf(error, linked && place.tls !== null)
  })
  socket.on('close', () => {
    lingering?.()
    if (told) return
    told = true
    events.onClosed(
      open ? null : (fault ?? { reason: place.tls !== null && linked ? 'tls_failed' : 'connect_failed', code: null }),
    )
  })
  return {
    write(octets) {
      if (gathered.push(octets) === 1) process.nextTick(flush)
    },
    hold(on) {
      held.asked = on
      if (on) socket.pause()
      else resume()
    },
    end() {
      process.nextTick(() => socket.end())
      lingering ??= after(LINGER_MS, () => socket.destroy())
    },
    destroy: () => void socket.destroy(),
  }
}

function connect({ host, port, tls }: Place, onOpen: () => void): Socket {
  if (tls === null) return connectTcp({ host, port }, onOpen)
  const name = tls.name ?? host
  // An address is no name to ask a server for; its certificate is compared with it all the same.
  return connectTls(
    { host, port, ...(isIP(name) === 0 ? { servername: name } : {}), ...(tls.ca === null ? {} : { ca: tls.ca }) },
    onOpen,
  )
}

function faultOf(error: Error, inTls: boolean): LinkFault {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { reason: 'dns_failed', code }
  const lost = code === 'ECONNREFUSED' || code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH'
  return { reason: inTls && !lost ? 'tls_failed' : 'connect_failed', code }
}
