/** A length that no PDU has: where the next one begins can't be told any more. */
export interface FramingProblem {
  readonly kind: 'too_short' | 'too_long'
  /** As the peer wrote it, in octets. */
  readonly length: number
}

export interface Framer {
  /** Takes the next octets of the stream, however they are cut. */
  feed(chunk: Buffer): void
  /** Octets held of a PDU that is not whole yet: 0 between two PDUs. */
  pending(): number
}

/** The header alone. Source: SMPP v3.4 §3.2. */
const LEAST_OCTETS = 16

/**
 * The specification names no limit. message_payload, the one parameter that can be longer, has up to 65,535 octets, of which nobody sends
 * a tenth.
 */
const MOST_OCTETS = 65_536

const LENGTH_OCTETS = 4

/**
 * Cuts a stream into PDUs. Each is handed on as soon as it is whole: as a view of its chunk, if that holds all of it, else as a copy; never
 * more than one PDU is held. `onPdu` must not throw. After `onBroken`, which comes once, all that follows is dropped.
 */
export function createFramer(onPdu: (pdu: Buffer) => void, onBroken: (problem: FramingProblem) => void): Framer {
  const head = Buffer.alloc(LENGTH_OCTETS)
  /** The PDU that is being gathered; null while its length is not known. */
  let begun: Buffer | null = null
  /** Octets of it, or of its length. */
  let held = 0
  let broken = false

  function isLength(length: number): boolean {
    if (length >= LEAST_OCTETS && length <= MOST_OCTETS) return true
    broken = true
    held = 0
    onBroken({ kind: length < LEAST_OCTETS ? 'too_short' : 'too_long', length })
    return false
  }

  /** From the beginning of a PDU. Returns where the next one begins. */
  function cut(chunk: Buffer, at: number): number {
    if (chunk.length - at < LENGTH_OCTETS) return gatherLength(chunk, at)
    const length = chunk.readUInt32BE(at)
    if (!isLength(length)) return chunk.length
    if (chunk.length - at < length) {
      begun = Buffer.allocUnsafe(length)
      return gather(chunk, at, begun)
    }
    onPdu(chunk.length === length ? chunk : chunk.subarray(at, at + length))
    return at + length
  }

  function gatherLength(chunk: Buffer, at: number): number {
    const copied = chunk.copy(head, held, at)
    held += copied
    if (held < LENGTH_OCTETS) return chunk.length
    const length = head.readUInt32BE(0)
    if (!isLength(length)) return chunk.length
    begun = Buffer.allocUnsafe(length)
    head.copy(begun)
    return at + copied
  }

  function gather(chunk: Buffer, at: number, pdu: Buffer): number {
    const copied = chunk.copy(pdu, held, at)
    held += copied
    if (held === pdu.length) {
      begun = null
      held = 0
      onPdu(pdu)
    }
    return at + copied
  }

  return {
    feed(chunk) {
      for (let at = 0; at < chunk.length && !broken;) {
        if (begun !== null) at = gather(chunk, at, begun)
        else at = held > 0 ? gatherLength(chunk, at) : cut(chunk, at)
      }
    },
    pending: () => held,
  }
}
