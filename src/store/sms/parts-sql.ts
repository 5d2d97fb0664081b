/**
 * Whether a message may be in parts, so that those are worth a look: it has several segments, or is as long as a text that an SMSC which lacks
 * one of its characters is given as UCS-2, in parts of 70. Of one whose text was emptied nobody knows.
 */
export function mayHaveParts(segments: string, text: string): string {
  return `(${segments} > 1 or length(${text}) not between 1 and 70)`
}

/** The same of a row of `messages`, whatever it is called. */
export function messageMayHaveParts(m: string): string {
  return mayHaveParts(`${m}.segments`, `coalesce(${m}.text, ${m}.body)`)
}
