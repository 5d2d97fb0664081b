import { GSM_BASIC, GSM_ESCAPE, GSM_EXTENSION } from '../../domain/sms/gsm7.ts'
import { measureText, type SmsEncoding } from '../../domain/sms/sms-text.ts'

/** What an SMSC takes data_coding 0 for: the GSM alphabet with a septet in each octet, or Latin-1. */
export type Charset = 'gsm7' | 'latin1'

/** What octets are: text in one of these, or of a name that the platform decodes, or no text. */
type Alphabet = Charset | 'ucs2' | 'binary' | 'iso-8859-5' | 'iso-8859-8' | 'iso-2022-jp' | 'euc-kr'

/** IA5 is a part of Latin-1, and what peers write instead mostly is, too. Source: SMPP v3.4 §5.2.19. */
const NAMED: Readonly<Record<number, Alphabet>> = {
  0x01: 'latin1',
  0x02: 'binary',
  0x03: 'latin1',
  0x04: 'binary',
  0x06: 'iso-8859-5',
  0x07: 'iso-8859-8',
  0x08: 'ucs2',
  0x0a: 'iso-2022-jp',
  0x0e: 'euc-kr',
}

/** Of no character. */
const UNKNOWN = '\ufffd'

const SPACE = ' '

/** The code of a character up to the euro sign; with the escape in the high octet for those of the extension table. */
const CODES = new Uint16Array(0x20ad)
for (const [code, character] of Array.from(GSM_BASIC).entries()) CODES[character.charCodeAt(0)] = code
for (const [character, code] of Object.entries(GSM_EXTENSION)) {
  CODES[character.charCodeAt(0)] = (GSM_ESCAPE << 8) | code
}

const EXTENDED = new Map(Object.entries(GSM_EXTENSION).map(([character, code]) => [code, character]))

/** How a text travels to an SMSC: `gsm7` stands for its data_coding 0. As Latin-1 only what the GSM alphabet has, too: it is that on air. */
export function encodingFor(text: string, charset: Charset): SmsEncoding {
  const { encoding } = measureText(text)
  return encoding === 'gsm7' && charset === 'latin1' && !isLatin1(text) ? 'ucs2' : encoding
}

export function dataCodingOf(encoding: SmsEncoding): 0 | 8 {
  return encoding === 'gsm7' ? 0 : 8
}

/** A text, or a piece of one, in an encoding that has all its characters. */
export function encodeAs(encoding: SmsEncoding, text: string, charset: Charset): Buffer {
  if (encoding === 'ucs2') return Buffer.from(text, 'utf16le').swap16()
  switch (charset) {
    case 'gsm7':
      return encodeGsm7(text)
    case 'latin1':
      return Buffer.from(text, 'latin1')
  }
}

/**
 * Reads text by its data_coding; never throws. Null: the octets are no text. What stands for no character reads as U+FFFD, and a half
 * unit at the end of UCS-2 is dropped.
 */
export function decodeText(dataCoding: number, octets: Buffer, charset: Charset): string | null {
  const alphabet = alphabetOf(dataCoding, charset)
  switch (alphabet) {
    case 'binary':
      return null
    case 'gsm7':
      return decodeGsm7(octets)
    case 'latin1':
      return octets.toString('latin1')
    case 'ucs2':
      return decodeUcs2(octets)
    case 'iso-8859-5':
    case 'iso-8859-8':
    case 'iso-2022-jp':
    case 'euc-kr':
      return new TextDecoder(alphabet).decode(octets)
  }
}

/**
 * The values that SMPP leaves open are read as the network's own: message classes, message waiting and general coding. Sources: SMPP v3.4
 * §5.2.19, 3GPP TS 23.038 §4.
 */
function alphabetOf(dataCoding: number, charset: Charset): Alphabet {
  if (dataCoding === 0) return charset
  const named = NAMED[dataCoding]
  if (named !== undefined) return named
  if (dataCoding >= 0xf0) return (dataCoding & 0x04) === 0 ? 'gsm7' : 'binary'
  if (dataCoding >= 0xe0) return 'ucs2'
  if (dataCoding >= 0xc0) return 'gsm7'
  // General coding from 0x10 to 0x7F; 0x20 says that it is compressed.
  if (dataCoding < 0x10 || dataCoding >= 0x80 || (dataCoding & 0x20) !== 0) return 'binary'
  switch (dataCoding & 0x0c) {
    case 0x00:
      return 'gsm7'
    case 0x08:
      return 'ucs2'
    default:
      return 'binary'
  }
}

function isLatin1(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0xff) return false
  return true
}

function encodeGsm7(text: string): Buffer {
  const octets = Buffer.allocUnsafe(text.length * 2)
  let at = 0
  for (let index = 0; index < text.length; index++) {
    const code = CODES[text.charCodeAt(index)] ?? 0
    if (code > 0xff) octets[at++] = GSM_ESCAPE
    octets[at++] = code & 0xff
  }
  return octets.subarray(0, at)
}

/** Behind an escape a code without a character of its own is the basic one. Source: 3GPP TS 23.038 §6.2.1.1. */
function decodeGsm7(octets: Buffer): string {
  let text = ''
  for (let at = 0; at < octets.length; at++) {
    const code = octets[at] ?? 0
    if (code === GSM_ESCAPE) {
      at++
      text += extendedOf(octets[at])
    } else text += GSM_BASIC[code] ?? UNKNOWN
  }
  return text
}

/** An escape at the end, or behind an escape, is a space: the standard keeps it for later. */
function extendedOf(code: number | undefined): string {
  if (code === undefined || code === GSM_ESCAPE) return SPACE
  return EXTENDED.get(code) ?? GSM_BASIC[code] ?? UNKNOWN
}

function decodeUcs2(octets: Buffer): string {
  return Buffer.from(octets.subarray(0, octets.length & ~1))
    .swap16()
    .toString('utf16le')
}
