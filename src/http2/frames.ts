/** Kinds of frames. Source: RFC 9113 §6. */
export const FRAME = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const

/** `ACK` and `END_STREAM` are one bit: they stand on different kinds. */
export const FLAG = { ACK: 0x01, END_STREAM: 0x01, END_HEADERS: 0x04, PADDED: 0x08, PRIORITY: 0x20 } as const

/** Source: RFC 9113 §7. */
export const CODE = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  INTERNAL_ERROR: 2,
  FLOW_CONTROL_ERROR: 3,
  SETTINGS_TIMEOUT: 4,
  FRAME_SIZE_ERROR: 6,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  COMPRESSION_ERROR: 9,
  ENHANCE_YOUR_CALM: 11,
} as const

/** Source: RFC 9113 §6.5.2. */
export const SETTING = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
} as const

export const HEAD_BYTES = 9
/** Of a payload, unless SETTINGS say more; the smallest that they may say. */
export const FRAME_BYTES = 16_384
export const FRAME_BYTES_MOST = 2 ** 24 - 1
/** Of a window, before SETTINGS and WINDOW_UPDATE. */
export const WINDOW_BYTES = 65_535
/** Windows and stream ids are numbers of 31 bits. */
export const MOST = 2 ** 31 - 1
/** What a client begins with. Source: RFC 9113 §3.4. */
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** The peer broke a rule after which nothing on the connection can be trusted any more; `code` goes into the GOAWAY. */
export class ProtocolError extends Error {
  readonly code: number

  constructor(code: number, what: string) {
    super(`HTTP/2: ${what}`)
    this.name = 'ProtocolError'
    this.code = code
  }
}
