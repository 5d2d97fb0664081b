import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** What becomes of what passes. */
export type Fault =
  | { readonly kind: 'none' }
  /** Open connections are reset, new ones too. */
  | { readonly kind: 'refuse' }
  /** Each piece comes this much later, in both directions. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Taken and thrown away; nothing is closed. */
  | { readonly kind: 'black hole'; readonly of: 'both' | 'answers' }
  /** Answers come in pieces of so many bytes. */
  | { readonly kind: 'slices'; readonly bytes: number; readonly everyMs: number }
  /** A connection ends once so many bytes of answers have passed, counted from its beginning. */
  | { readonly kind: 'cut'; readonly afterBytes: number; readonly how: 'reset' | 'end' }

/** Looks on at one connection. */
export interface Watch {
  onRequest(bytes: Buffer): void
  /** What of the answer may pass; null: the connection is reset. */
  onAnswer(bytes: Buffer): Buffer | null
}

export interface FaultProxyOptions {
  /** `host:port` */
  readonly target: string
  /** Asked for each connection. */
  readonly watch?: () => Watch
  /** A free one unless said. */
  readonly port?: number
}

/** Stands between a client and a server, on 127.0.0.1. */
export interface FaultProxy {
  readonly port: number
  /** From now on, on the connections that are open, too. */
  play(fault: Fault): void
  /** Writes this to all clients, as if the server had; answers how many there are. */
  inject(bytes: Buffer): number
  /** Connections that are open. */
  open(): number
  /** Connections that have come to their end, in whatever way. */
  ended(): number
  /** Connections that were ended by a fault or by a watch. */
  cuts(): number
  close(): Promise<void>
}

interface Link {
  readonly client: Socket
  readonly server: Socket
  answered: number
}

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const [host = '127.0.0.1', port = ''] = options.target.split(':')
  const links = new Set<Link>()
  let fault: Fault = { kind: 'none' }
  let cuts = 0
  let ended = 0

  function cut(link: Link): void {
    if (!links.delete(link)) return
    ended += 1
    cuts += 1
    link.client.resetAndDestroy()
    link.server.destroy()
  }
  function join(client: Socket): void {
    const link: Link = { client, server: connect(Number(port), host), answered: 0 }
    links.add(link)
    const watch = options.watch?.()
    for (const socket of [client, link.server]) {
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => end(link))
    }
    if (fault.kind === 'refuse') return cut(link)
    client.on('data', (bytes: Buffer) => {
      watch?.onRequest(bytes)
      passRequest(link, bytes, fault)
    })
    link.server.on('data', (bytes: Buffer) => {
      const passing = watch === undefined ? bytes : watch.onAnswer(bytes)
      if (passing === null) cut(link)
      else if (!passAnswer(link, passing, fault)) cut(link)
    })
  }
  function end(link: Link): void {
    if (links.delete(link)) ended += 1
    link.client.destroy()
    link.server.destroy()
  }
  const server = createServer(join)
  return {
    port: await listen(server, options.port ?? 0),
    play(next) {
      fault = next
      if (next.kind === 'refuse') for (const link of links) cut(link)
    },
    inject(bytes) {
      for (const { client } of links) client.write(bytes)
      return links.size
    },
    open: () => links.size,
    ended: () => ended,
    cuts: () => cuts,
    async close() {
      for (const link of links) end(link)
      server.close()
      await once(server, 'close')
    },
  }
}

function passRequest({ server }: Link, bytes: Buffer, fault: Fault): void {
  if (fault.kind === 'black hole' && fault.of === 'both') return
  if (fault.kind === 'latency') setTimeout(() => server.write(bytes), fault.ms)
  else server.write(bytes)
}

/** False: the connection is to be reset. */
function passAnswer(link: Link, bytes: Buffer, fault: Fault): boolean {
  const { client } = link
  switch (fault.kind) {
    case 'none':
    case 'refuse':
      client.write(bytes)
      return true
    case 'black hole':
      return true
    case 'latency':
      setTimeout(() => client.write(bytes), fault.ms)
      return true
    case 'slices':
      slice(client, bytes, fault.bytes, fault.everyMs)
      return true
    case 'cut':
      return passUpTo(link, bytes, fault)
  }
}

function slice(client: Socket, bytes: Buffer, size: number, everyMs: number): void {
  client.write(bytes.subarray(0, size))
  const rest = bytes.subarray(size)
  if (rest.length > 0 && !client.destroyed) setTimeout(() => slice(client, rest, size, everyMs), everyMs)
}

function passUpTo(link: Link, bytes: Buffer, { afterBytes, how }: Extract<Fault, { kind: 'cut' }>): boolean {
  const passing = bytes.subarray(0, Math.max(0, afterBytes - link.answered))
  link.answered += bytes.length
  link.client.write(passing)
  if (link.answered < afterBytes) return true
  if (how === 'end') link.client.end()
  return how === 'end'
}

async function listen(server: Server, wanted: number): Promise<number> {
  server.listen(wanted, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('a port has no number')
  return address.port
}
