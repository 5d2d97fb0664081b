import type { Caller } from './caller.ts'

export type KeyMode = Caller['mode']

/** A key taken apart. */
export interface KeyParts {
  readonly mode: KeyMode
  /** 10 characters, no secret: it stands in addresses, logs and the audit. */
  readonly id: string
}

/** Random bytes, of a source that nobody can guess. */
export type DrawBytes = (count: number) => Uint8Array

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ID_LENGTH = 10
/** 62^43 is the first power of 62 beyond 2^256: 32 bytes. */
const SECRET_BYTES = 32
const SECRET_LENGTH = 43
/** 62^6 is beyond 2^32. */
const CHECKSUM_LENGTH = 6

const KEY = /^(tidings_(live|test)_([0-9A-Za-z]{10})_[0-9A-Za-z]{43})([0-9A-Za-z]{6})$/

/**
 * A new key: `tidings_live_<id>_<secret><checksum>`, all in base62. The beginning and the checksum let a scanner find a leaked one
 * without asking anybody, as GitHub does with its tokens. Source: GitHub, "Behind GitHub's new authentication token formats".
 */
export function makeKey(mode: KeyMode, draw: DrawBytes): KeyParts & { readonly key: string } {
  const id = toBase62(toNumber(draw(ID_LENGTH)) % 62n ** BigInt(ID_LENGTH), ID_LENGTH)
  return { mode, id, key: makeSecret({ mode, id }, draw) }
}

/** Another key for the same id. */
export function makeSecret({ mode, id }: KeyParts, draw: DrawBytes): string {
  const text = `${keyPrefix({ mode, id })}${toBase62(toNumber(draw(SECRET_BYTES)), SECRET_LENGTH)}`
  return text + checksum(text)
}

/** What may be shown of a key: everything up to its secret. */
export function keyPrefix({ mode, id }: KeyParts): string {
  return `tidings_${mode}_${id}_`
}

/** Null: no key, or one that was cut or mistyped. Whether it was ever given out only the database knows. */
export function parseKey(text: string): KeyParts | null {
  const [, body, mode, id, sum] = KEY.exec(text) ?? []
  if (body === undefined || id === undefined || checksum(body) !== sum) return null
  return { mode: mode === 'test' ? 'test' : 'live', id }
}

/** Whether a text can be a key's id. */
export function isKeyId(text: string): boolean {
  return /^[0-9A-Za-z]{10}$/.test(text)
}

function checksum(text: string): string {
  return toBase62(BigInt(crc32(text)), CHECKSUM_LENGTH)
}

function toNumber(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
}

function toBase62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest /= 62n) text = DIGITS.charAt(Number(rest % 62n)) + text
  return text
}

/** Source: ISO-HDLC's CRC-32 (polynomial 04C11DB7, reflected), as in zlib. */
function crc32(ascii: string): number {
  let crc = 0xffffffff
  for (let at = 0; at < ascii.length; at += 1) {
    crc ^= ascii.charCodeAt(at)
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
