import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { createCidrList, plainAddress } from '../flows/keys/cidrs.ts'

/**
 * What stands before us and may be believed when it says in X-Forwarded-For whom it speaks for: a number of hops, or the addresses and
 * blocks of all of them. Null: nothing does, and the header is anybody's word.
 */
export type TrustedProxies = number | readonly string[] | null

/** The address a call comes from, an IPv4 one always written as such; `unknown` for a connection that is gone. */
export type AddressOf = (request: IncomingMessage) => string

export function createAddressOf(trusted: TrustedProxies): AddressOf {
  if (trusted === null) return peerOf
  if (typeof trusted === 'number') return (request) => walk(request, (_address, hop) => hop < trusted)
  const list = createCidrList(trusted)
  return (request) => walk(request, (address) => list.has(address))
}

/** From the nearest hop on, as far as each one may be believed; what is no address ends the walk before it. */
function walk(request: IncomingMessage, isTrusted: (address: string, hop: number) => boolean): string {
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
  const hops = forwarded.split(',').toReversed()
  let address = peerOf(request)
  for (const [hop, before] of hops.entries()) {
    const next = plainAddress(before.trim())
    if (!isTrusted(address, hop) || isIP(next) === 0) return address
    address = next
  }
  return address
}

function peerOf({ socket }: IncomingMessage): string {
  return plainAddress(socket.remoteAddress ?? 'unknown')
}
