import { isIP, type LookupFunction } from 'node:net'
import { callbackify } from 'node:util'
import { buildConnector } from 'undici'
import { isAllowedAddress, isWithin, readCidr, type Cidr } from '../domain/public-address.ts'
import type { FindAddresses } from './names.ts'

export interface GuardOptions {
  /** Blocks that may be called though they are not public. */
  readonly allowedPrivate: readonly Cidr[]
  readonly findAddresses: FindAddresses
  /** The addresses of this machine: even a public one of them is called only where `allowedPrivate` holds it. */
  readonly ownAddresses: () => readonly string[]
  /** Where this node listens: never called, at whichever of its addresses. */
  readonly ownPorts: () => readonly number[]
  /** Certificates in PEM that are trusted instead of the machine's; for tests. */
  readonly trust?: readonly string[]
}

/** The address, or one of the addresses of the name, is none that a stranger may have us call. */
export class RefusedAddress extends Error {
  readonly code = 'FORBIDDEN_ADDRESS'
}

/** Between two addresses of one name; Node's own 250 ms are less than a far host needs. */
const NEXT_ADDRESS_MS = 1_000

/** Every address of the machine itself, beside those of its interfaces. */
const THIS_MACHINE = ['127.0.0.0/8', '::1', '0.0.0.0/8', '::'].map(readCidr).filter((cidr) => cidr !== null)

/**
 * Connects to addresses that strangers chose. A literal is judged before anything is done; of a name all addresses are judged, and the
 * connection goes to one of just those, so that another answer of the name server a moment later changes nothing; and the address the
 * connection came to is judged again.
 */
export function createGuard(options: GuardOptions, timeoutMs: number): buildConnector.connector {
  const allows = (ip: string, ownPort: boolean): boolean => isAllowed(ip, ownPort, options)
  const build = (ownPort: boolean): buildConnector.connector =>
    buildConnector({
      timeout: timeoutMs,
      allowH2: false,
      minVersion: 'TLSv1.2',
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
      lookup: judgedLookup(options.findAddresses, (ip) => allows(ip, ownPort)),
      ...(options.trust === undefined ? {} : { ca: [...options.trust] }),
    })
  const [ordinary, towardsUs] = [build(false), build(true)]
  return (target, callback) => {
    const ownPort = options.ownPorts().includes(portOf(target))
    const host = target.hostname.replace(/^\[(.*)\]$/, '$1')
    if (isIP(host) !== 0 && !allows(host, ownPort)) {
      callback(new RefusedAddress(), null)
      return
    }
    const connect = ownPort ? towardsUs : ordinary
    connect(target, (...[error, socket]) => {
      if (error !== null) callback(error, null)
      else if (allows(socket.remoteAddress ?? '', ownPort)) callback(null, socket)
      else {
        socket.destroy()
        callback(new RefusedAddress(), null)
      }
    })
  }
}

function isAllowed(ip: string, ownPort: boolean, { allowedPrivate, ownAddresses }: GuardOptions): boolean {
  if (!isAllowedAddress(ip, allowedPrivate)) return false
  const own = [...THIS_MACHINE, ...ownAddresses().map(readCidr)].filter((cidr) => cidr !== null)
  return !isWithin(ip, own) || (!ownPort && isWithin(ip, allowedPrivate))
}

function portOf({ port, protocol }: buildConnector.Options): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80)
}

/** Gives Node nothing but addresses that were judged; one that is not allowed spoils all of them. */
function judgedLookup(findAddresses: FindAddresses, allows: (ip: string) => boolean): LookupFunction {
  const find = callbackify(async (name: string) => {
    const addresses = await findAddresses(name)
    if (addresses.length === 0 || !addresses.every(allows)) throw new RefusedAddress()
    return addresses.map((address) => ({ address, family: isIP(address) }))
  })
  return (name, { all }, callback) => {
    find(name, (error, addresses) => {
      const first = addresses?.[0]
      if (error !== null || first === undefined) callback(error, [])
      else if (all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}
