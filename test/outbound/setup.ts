import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import type { Server } from 'node:net'
import { readCidr } from '../../src/domain/public-address.ts'
import { createOutboundCall, type OutboundAnswer, type OutboundOptions } from '../../src/outbound/call.ts'
import { createNames } from '../../src/outbound/names.ts'
import { startNameServer, type Zone } from '../support/name-server.ts'

const forever = new AbortController().signal
/** What is closed after each test, the last one first. */
export const closers: (() => unknown)[] = []

export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close()
}

export const cidrs = (...texts: string[]) => texts.map(readCidr).filter((cidr) => cidr !== null)
export const LOOPBACK = cidrs('127.0.0.0/8', '::1')

/** A machine that is busy with other things makes no test fail. */
const PATIENCE_MS = 20_000

export interface Setup extends Partial<OutboundOptions> {
  readonly zone?: Zone
}

/** A call that asks a name server of ours, and one more thing than the service has: what was asked. */
export async function outbound({ zone = () => null, ...options }: Setup = {}) {
  const names = await startNameServer(zone)
  const call = createOutboundCall({
    allowedPrivate: [],
    findAddresses: createNames({ servers: [names.address], askMachine: false, tryMs: PATIENCE_MS }),
    ownAddresses: () => [],
    ownPorts: () => [],
    connectMs: PATIENCE_MS,
    ...options,
  })
  closers.push(
    () => names.close(),
    () => call.close(),
  )
  const post = (url: string | URL, timeoutMs = PATIENCE_MS, signal = forever): Promise<OutboundAnswer> =>
    call(new URL(url), { headers: { 'content-type': 'application/json' }, body: Buffer.from('{}'), timeoutMs, signal })
  return { post, names }
}

export async function serve(listener: RequestListener, host = '127.0.0.1'): Promise<number> {
  const server = createHttpServer(listener)
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  return portOf(server, host)
}

export async function portOf(server: Server, host = '127.0.0.1', port = 0): Promise<number> {
  await once(server.listen(port, host), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
