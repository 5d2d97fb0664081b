/**
 * How an SMSC writes the id of one message in its answer and in its receipts, in this order: `same`, or hexadecimal in the one and decimal in
 * the other. All three are met in practice.
 */
export type IdMode = 'same' | 'hex-dec' | 'dec-hex'

/** 128 bits, more than any number that an SMSC counts with; keeps a long text from being converted at all. */
const HEXADECIMAL = /^[0-9A-F]{1,32}$/
const DECIMAL = /^[0-9]{1,38}$/

/** As ids are compared: without space around them, in upper case, without zeros in front. Never empty unless it came empty. */
export function normalizeMessageId(raw: string): string {
  const id = raw.replaceAll('\0', '').trim().toUpperCase()
  return id.length > 1 && id.startsWith('0') ? id.replace(/^0+(?=.)/, '') : id
}

/** The id of an answer as its receipts will name it, normalised; one that is no number stays as it is. */
export function receiptIdOf(answerId: string, mode: IdMode): string {
  const id = normalizeMessageId(answerId)
  switch (mode) {
    case 'same':
      return id
    case 'hex-dec':
      return toDecimal(id) ?? id
    case 'dec-hex':
      return toHexadecimal(id) ?? id
  }
}

/**
 * Which ids, normalised, an answer had if a receipt with this id belongs to it in another mode than `same`. Empty where it could not be
 * another number's spelling.
 */
export function answerIds(
  receiptId: string,
): readonly { readonly mode: Exclude<IdMode, 'same'>; readonly id: string }[] {
  const id = normalizeMessageId(receiptId)
  const spellings = [
    { mode: 'hex-dec', id: toHexadecimal(id) },
    { mode: 'dec-hex', id: toDecimal(id) },
  ] as const
  return spellings.flatMap((other) =>
    other.id === null || other.id === id ? [] : [{ mode: other.mode, id: other.id }],
  )
}

/** Ids exceed 2^53. */
function toDecimal(id: string): string | null {
  return HEXADECIMAL.test(id) ? BigInt(`0x${id}`).toString() : null
}

function toHexadecimal(id: string): string | null {
  return DECIMAL.test(id) ? BigInt(id).toString(16).toUpperCase() : null
}
