import { randomBytes } from 'node:crypto'

/** One message of a request: what goes on air as one SMS. */
export interface FakePart {
  readonly messageId: string
  readonly number: number
  readonly total: number
}

export interface FakeMessage {
  readonly to: string
  readonly from: string
  readonly text: string
  readonly type: string
  readonly clientRef: string | null
  /** In milliseconds, as it was written. */
  readonly ttl: string | null
  readonly callback: string | null
  /** Those that were taken. */
  readonly parts: readonly FakePart[]
}

/** Source of the lengths: https://developer.vonage.com/en/messaging/sms/guides/concatenation-and-encoding. */
const ROOM = { text: { alone: 160, joined: 153 }, unicode: { alone: 70, joined: 67 } } as const

export function countParts(text: string, type: string): number {
  const room = type === 'unicode' ? ROOM.unicode : ROOM.text
  return text.length <= room.alone ? 1 : Math.ceil(text.length / room.joined)
}

export function newPart(number: number, total: number): FakePart {
  return { messageId: randomBytes(8).toString('hex').toUpperCase(), number, total }
}
