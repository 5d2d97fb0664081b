/**
 * The GSM 7 bit default alphabet, in the order of its codes 0x00 to 0x7F; 0x1B is the escape to the extension table and
 * stands for no character. Source: 3GPP TS 23.038 §6.2.1.
 */
export const GSM_BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ' +
  ' !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§' +
  '¿abcdefghijklmnopqrstuvwxyzäöñüà'

/** Written as an escape and this second septet. U+000C is the page break. Source: 3GPP TS 23.038 §6.2.1.1. */
export const GSM_EXTENSION: Readonly<Record<string, number>> = {
  '\f': 0x0a,
  '^': 0x14,
  '{': 0x28,
  '}': 0x29,
  '\\': 0x2f,
  '[': 0x3c,
  '~': 0x3d,
  ']': 0x3e,
  '|': 0x40,
  '€': 0x65,
}

/** In front of a septet of the extension table. */
export const GSM_ESCAPE = 0x1b

/** The highest character of the alphabet is the euro sign, U+20AC: a table up to it costs 8 kB and no search. */
const SEPTETS = new Uint8Array(0x20ad)
for (const character of GSM_BASIC) SEPTETS[character.charCodeAt(0)] = 1
for (const character of Object.keys(GSM_EXTENSION)) SEPTETS[character.charCodeAt(0)] = 2
SEPTETS[GSM_ESCAPE] = 0

/** Septets that a UTF-16 code unit takes in the GSM alphabet: 1, 2 for the extension table, 0 where it isn't in it. */
export function septetsOf(codeUnit: number): number {
  return SEPTETS[codeUnit] ?? 0
}
