import { CODE, FRAME_BYTES, FRAME_BYTES_MOST, MOST, ProtocolError, SETTING } from './frames.ts'

export interface Settings {
  /** Undefined: not said. */
  readonly tableBytes?: number
  readonly streams?: number
  readonly windowBytes?: number
  readonly frameBytes?: number
}

const ENTRY_BYTES = 6

/** Throws a `ProtocolError` for what a server may not say; what is not known is passed over. Source: RFC 9113 §6.5.2. */
export function readSettings(bytes: Buffer, start: number, end: number): Settings {
  if ((end - start) % ENTRY_BYTES !== 0) throw new ProtocolError(CODE.FRAME_SIZE_ERROR, 'SETTINGS of half an entry')
  const said: { -readonly [Name in keyof Settings]: Settings[Name] } = {}
  for (let at = start; at < end; at += ENTRY_BYTES) {
    const value = bytes.readUInt32BE(at + 2)
    switch (bytes.readUInt16BE(at)) {
      case SETTING.HEADER_TABLE_SIZE:
        said.tableBytes = Math.min(value, said.tableBytes ?? value)
        break
      case SETTING.ENABLE_PUSH:
        if (value !== 0) throw new ProtocolError(CODE.PROTOCOL_ERROR, 'a server that enables push')
        break
      case SETTING.MAX_CONCURRENT_STREAMS:
        said.streams = value
        break
      case SETTING.INITIAL_WINDOW_SIZE:
        if (value > MOST) throw new ProtocolError(CODE.FLOW_CONTROL_ERROR, 'a window too large')
        said.windowBytes = value
        break
      case SETTING.MAX_FRAME_SIZE:
        if (value < FRAME_BYTES || value > FRAME_BYTES_MOST) {
          throw new ProtocolError(CODE.PROTOCOL_ERROR, 'a size of frames that none may have')
        }
        said.frameBytes = value
        break
    }
  }
  return said
}
