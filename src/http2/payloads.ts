import { CODE, ProtocolError } from './frames.ts'

export function broken(what: string): ProtocolError {
  return new ProtocolError(CODE.PROTOCOL_ERROR, what)
}

export function wrongSize(): ProtocolError {
  return new ProtocolError(CODE.FRAME_SIZE_ERROR, 'a frame of another size than its kind has')
}

/** A payload that is one number of four bytes. */
export function numberIn(bytes: Buffer, start: number, end: number): number {
  if (end - start !== 4) throw wrongSize()
  return bytes.readUInt32BE(start)
}

/** Where the content of a padded frame begins and ends. */
export function unpad(bytes: Buffer, start: number, end: number): [number, number] {
  const padding = bytes[start] ?? 0
  if (start + 1 + padding > end) throw broken('more padding than payload')
  return [start + 1, end - padding]
}
