/** The longest PDU that is read. The specification has no limit; short_message and message_payload together stay below this. */
const MOST_OCTETS = 70_000
const HEADER_OCTETS = 16

/** Cuts a stream into PDUs, however its pieces come. Returns the ones that are whole now; `broken`: a length that none can have. */
export function createFramer(): (piece: Buffer) => { readonly frames: readonly Buffer[]; readonly broken: boolean } {
  let rest: Buffer = Buffer.alloc(0)
  return (piece) => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const frames: Buffer[] = []
    while (rest.length >= 4) {
      const length = rest.readUInt32BE(0)
      if (length < HEADER_OCTETS || length > MOST_OCTETS) return { frames, broken: true }
      if (rest.length < length) break
      frames.push(rest.subarray(0, length))
      rest = rest.subarray(length)
    }
    return { frames, broken: false }
  }
}
