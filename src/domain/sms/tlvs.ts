/** Optional parameters of SMPP that a caller adds to a message, by tag (`0x1400`): as text, or as octets written `hex:0a1b`. */
export type Tlvs = Readonly<Record<string, string>>

/**
 * Tags that are left to those who run an SMSC, for example those of India's registered templates. Source: SMPP 3.4 §5.3.2, "Reserved for
 * SMSC Vendor specific optional parameters" (0x1400 to 0x3FFF).
 */
const TAG = /^0x(?:1[4-9a-f]|[23][0-9a-f])[0-9a-f]{2}$/i

/** Octets of one value. Source: SMPP 3.4 §5.3.1.5: C-octet strings have 254 and the zero. */
const LONGEST = 254

/** What is wrong with them: the tag it is about, and a sentence that continues it; null: nothing is. Pure. */
export function tlvProblem(tlvs: Tlvs): { readonly tag: string; readonly problem: string } | null {
  for (const [tag, value] of Object.entries(tlvs)) {
    if (!TAG.test(tag)) return { tag, problem: 'is no tag from `0x1400` to `0x3FFF`' }
    const problem = valueProblem(value)
    if (problem !== null) return { tag, problem }
  }
  const twice = Object.keys(tlvs).find((tag, at, all) => all.findIndex((one) => sameTag(one, tag)) !== at)
  return twice === undefined ? null : { tag: twice, problem: 'stands there twice' }
}

function sameTag(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

function valueProblem(value: string): string | null {
  const octets = value.startsWith('hex:') ? hexOctets(value.slice(4)) : textOctets(value)
  if (octets === null) return 'must be printable ASCII, or `hex:` and pairs of hexadecimal digits'
  return octets > LONGEST ? `has ${octets} octets, at most ${LONGEST} are allowed` : null
}

function hexOctets(digits: string): number | null {
  return /^(?:[0-9a-f]{2})*$/i.test(digits) ? digits.length / 2 : null
}

function textOctets(text: string): number | null {
  return /^[ -~]*$/.test(text) ? text.length : null
}
