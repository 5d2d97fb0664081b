/** Source: 3GPP TS 23.038 §6.2.1; 27 is the escape. */
const BASIC = [
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?',
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
].join('')

const ESCAPE = 27

/** What stands behind an escape. Source: §6.2.1.1. */
const EXTENSION: Readonly<Record<string, number>> = {
  '\f': 10,
  '^': 20,
  '{': 40,
  '}': 41,
  '\\': 47,
  '[': 60,
  '~': 61,
  ']': 62,
  '|': 64,
  '€': 101,
}

const EXTENDED = new Map(Object.entries(EXTENSION).map(([character, code]) => [code, character]))

/** How many octets a segment has room for, alone and with the header that joins it to others. Source: TS 23.040 §9.2.3.24.1. */
const ROOM = { gsm7: { alone: 160, joined: 153 }, ucs2: { alone: 140, joined: 134 } } as const

export interface Coded {
  readonly dataCoding: 0 | 8
  /** One for each segment, without its header. */
  readonly segments: readonly Buffer[]
}

/** As a handset sends it: in the default alphabet, a septet an octet, if that has all characters, else in UCS-2. */
export function encodeText(text: string): Coded {
  const characters = Array.from(text)
  const septets = characters.map(septetsOf)
  const plain = septets.filter((one) => one !== null)
  if (plain.length === septets.length) return { dataCoding: 0, segments: split(plain, ROOM.gsm7) }
  const wide = characters.map((character) => Buffer.from(character, 'utf16le').swap16())
  return { dataCoding: 8, segments: split(wide, ROOM.ucs2) }
}

/** Null: octets that are no text. Source of data_coding: SMPP v3.4 §5.2.19. */
export function decodeText(dataCoding: number, octets: Buffer): string | null {
  switch (dataCoding) {
    case 0:
      return fromSeptets(octets)
    case 1:
    case 3:
      return octets.toString('latin1')
    case 8:
      // A half unit at the end is cut off.
      return Buffer.from(octets.subarray(0, octets.length & ~1))
        .swap16()
        .toString('utf16le')
    default:
      return null
  }
}

function septetsOf(character: string): Buffer | null {
  const code = BASIC.indexOf(character)
  if (code >= 0 && code !== ESCAPE) return Buffer.of(code)
  const extended = EXTENSION[character]
  return extended === undefined ? null : Buffer.of(ESCAPE, extended)
}

function fromSeptets(octets: Buffer): string {
  let text = ''
  for (let at = 0; at < octets.length; at += 1) {
    const code = octets[at] ?? 0
    if (code === ESCAPE) {
      at += 1
      text += EXTENDED.get(octets[at] ?? 0) ?? ' '
    } else text += BASIC[code] ?? '?'
  }
  return text
}

/** No character is parted. */
function split(characters: readonly Buffer[], room: { readonly alone: number; readonly joined: number }): Buffer[] {
  const whole = Buffer.concat(characters)
  if (whole.length <= room.alone) return [whole]
  const segments: Buffer[] = []
  let segment: Buffer[] = []
  let size = 0
  for (const character of characters) {
    if (size + character.length > room.joined) {
      segments.push(Buffer.concat(segment))
      segment = []
      size = 0
    }
    segment.push(character)
    size += character.length
  }
  return [...segments, Buffer.concat(segment)]
}
