import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectSecured, type TLSSocket } from 'node:tls'

export interface SocketOptions {
  /** `https://host[:port]`, or `http://` without TLS. */
  readonly origin: string
  /** In PEM: the authority trusted instead of Node's own list. Null: that list. */
  readonly ca: string | null
}

/**
 * A connection to the origin, by which HTTP/2 can be spoken once `onOpen` is called: without TLS because it is known, with TLS because it
 * was negotiated. One by which it cannot is closed. Certificates are always verified, whatever the environment says.
 */
export function openSocket({ origin, ca }: SocketOptions, onOpen: () => void): Socket {
  const { protocol, hostname, port } = new URL(origin)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (protocol === 'http:') {
    const socket = connectPlain({ host, port: Number(port || 80), noDelay: true })
    return socket.on('connect', onOpen)
  }
  const socket: TLSSocket = connectSecured({
    ...{ host, port: Number(port || 443), ALPNProtocols: ['h2'], rejectUnauthorized: true },
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === null ? {} : { ca }),
  })
  socket.setNoDelay(true)
  return socket.on('secureConnect', () => {
    if (socket.alpnProtocol === 'h2') onOpen()
    else socket.destroy()
  })
}
