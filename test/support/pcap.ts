/** What one side of a TCP connection wrote, in the order it passed. */
export interface Piece {
  readonly from: 'client' | 'server'
  readonly octets: Buffer
}

/** A port for which decoders of SMPP look by themselves. */
const SERVER_PORT = 2_775
const CLIENT_PORT = 40_000
const ADDRESSES = { client: Buffer.of(10, 0, 0, 1), server: Buffer.of(10, 0, 0, 2) } as const

/** Raw IP. Source: https://www.tcpdump.org/linktypes.html. */
const LINKTYPE_RAW = 101
const MAGIC = 0xa1_b2_c3_d4
const MOST_OCTETS = 65_535
/** In one packet, so that a large piece is carried in several. */
const SEGMENT = 1_400

const PSH_ACK = 0x18

/**
 * A capture file of one connection, made from what passed over it. Layout: https://www.ietf.org/archive/id/draft-gharris-opsawg-pcap-01.html;
 * IPv4: RFC 791 §3.1; TCP: RFC 9293 §3.1. Check sums are left out, as where network cards compute them.
 */
export function pcapOf(pieces: readonly Piece[]): Buffer {
  const next = { client: 1, server: 1 }
  const packets = pieces.flatMap(({ from, octets }) =>
    cut(octets).map((payload) => {
      const other = from === 'client' ? 'server' : 'client'
      const packet = packetOf(from, next[from], next[other], payload)
      next[from] += payload.length
      return packet
    }),
  )
  return Buffer.concat([
    fileHeader(),
    ...packets.flatMap((packet, index) => [packetHeader(index, packet.length), packet]),
  ])
}

function cut(octets: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at < octets.length; at += SEGMENT) parts.push(octets.subarray(at, at + SEGMENT))
  return parts
}

function fileHeader(): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32BE(MAGIC, 0)
  header.writeUInt16BE(2, 4)
  header.writeUInt16BE(4, 6)
  header.writeUInt32BE(MOST_OCTETS, 16)
  header.writeUInt32BE(LINKTYPE_RAW, 20)
  return header
}

/** One a second. */
function packetHeader(index: number, length: number): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32BE(index, 0)
  header.writeUInt32BE(length, 8)
  header.writeUInt32BE(length, 12)
  return header
}

function packetOf(from: Piece['from'], sequence: number, acknowledged: number, payload: Buffer): Buffer {
  const [source, target] = from === 'client' ? [CLIENT_PORT, SERVER_PORT] : [SERVER_PORT, CLIENT_PORT]
  const ip = Buffer.alloc(20)
  ip[0] = 0x45
  ip.writeUInt16BE(40 + payload.length, 2)
  ip[8] = 64
  ip[9] = 6
  ADDRESSES[from].copy(ip, 12)
  ADDRESSES[from === 'client' ? 'server' : 'client'].copy(ip, 16)
  const tcp = Buffer.alloc(20)
  tcp.writeUInt16BE(source, 0)
  tcp.writeUInt16BE(target, 2)
  tcp.writeUInt32BE(sequence, 4)
  tcp.writeUInt32BE(acknowledged, 8)
  tcp[12] = 5 << 4
  tcp[13] = PSH_ACK
  tcp.writeUInt16BE(MOST_OCTETS, 14)
  return Buffer.concat([ip, tcp, payload])
}
