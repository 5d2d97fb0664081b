import type { Duplex } from 'node:stream'

/** Connections whose request may take as long as its bytes keep coming: Node's own limit is for requests that are read whole. */
const long = new WeakSet<Duplex>()

export function allowLongRequest(socket: Duplex): void {
  long.add(socket)
}

export function mayTakeLong(socket: Duplex): boolean {
  return long.has(socket)
}
