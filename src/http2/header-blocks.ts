import { type Head, readHead } from './answer-head.ts'
import { CODE, ProtocolError } from './frames.ts'
import { createHeaderDecoder, HEADERS_BYTES } from './header-decoder.ts'

/** Five of a peer's usual size hold what may be held; more than these are sent to keep us busy. */
const CONTINUATIONS = 64

/** Null: too large, or malformed; the connection is still in step. */
export type OnHead = (stream: number, ends: boolean, head: Head | null) => void

/** Header blocks out of HEADERS and CONTINUATION. What throws a `ProtocolError` here leaves the connection out of step. */
export interface HeaderBlocks {
  /** A block has begun: nothing but its CONTINUATION may come. */
  readonly isOpen: boolean
  begin(stream: number, ends: boolean, piece: Buffer, isWhole: boolean): void
  goOn(stream: number, piece: Buffer, isWhole: boolean): void
}

export function createHeaderBlocks(onHead: OnHead): HeaderBlocks {
  const decoder = createHeaderDecoder()
  let open: { readonly stream: number; readonly ends: boolean; pieces: Buffer[]; bytes: number } | null = null
  let last: { readonly block: Buffer; readonly head: Head | null } | null = null

  /** One that is equal to the last says the same, unless that one changed the table. */
  function headOf(block: Buffer): Head | null {
    if (last?.block.equals(block)) return last.head
    const { version } = decoder
    const head = readHead(decoder.decode(block))
    last = decoder.version === version ? { block: Buffer.from(block), head } : null
    return head
  }
  return {
    get isOpen() {
      return open !== null
    },
    begin(stream, ends, piece, isWhole) {
      if (isWhole) onHead(stream, ends, headOf(piece))
      else open = { stream, ends, pieces: [Buffer.from(piece)], bytes: piece.length }
    },
    goOn(stream, piece, isWhole) {
      if (open?.stream !== stream) throw new ProtocolError(CODE.PROTOCOL_ERROR, 'a CONTINUATION of nothing')
      open.pieces.push(Buffer.from(piece))
      open.bytes += piece.length
      if (open.bytes > HEADERS_BYTES || open.pieces.length > CONTINUATIONS) {
        throw new ProtocolError(CODE.ENHANCE_YOUR_CALM, 'a header block without end')
      }
      if (!isWhole) return
      const { ends, pieces } = open
      open = null
      onHead(stream, ends, headOf(Buffer.concat(pieces)))
    },
  }
}
