/** A stretch of a text, and why it stands out. */
export interface Mark {
  readonly text: string
  readonly kind: 'plain' | 'code' | 'guilty'
}

interface Place {
  /** In UTF-16 code units. */
  readonly index: number
  readonly length: number
}

/** A text in stretches: the code, the character that makes it dearer, and what is between. */
export function marksOf(
  text: string,
  code: Place | null,
  guilty: { readonly character: string; readonly index: number } | null,
): readonly Mark[] {
  const found = [spanOfCode(code), spanOfCharacter(text, guilty)]
    .filter((span) => span !== null)
    .filter(({ to }) => to <= text.length)
    .toSorted((one, other) => one.from - other.from)
  const marks: Mark[] = []
  let done = 0
  for (const { from, to, kind } of found) {
    if (from < done) continue
    marks.push({ text: text.slice(done, from), kind: 'plain' }, { text: text.slice(from, to), kind })
    done = to
  }
  marks.push({ text: text.slice(done), kind: 'plain' })
  return marks.filter((mark) => mark.text !== '')
}

interface Span {
  readonly from: number
  readonly to: number
  readonly kind: 'code' | 'guilty'
}

function spanOfCode(place: Place | null): Span | null {
  return place === null ? null : { from: place.index, to: place.index + place.length, kind: 'code' }
}

/** An accent of its own is marked with the letter that carries it: cut off from it, it would stand beside it. */
function spanOfCharacter(
  text: string,
  guilty: { readonly character: string; readonly index: number } | null,
): Span | null {
  const whole = guilty === null ? undefined : GRAPHEMES.segment(text).containing(guilty.index)
  if (whole === undefined) return null
  return { from: whole.index, to: whole.index + whole.segment.length, kind: 'guilty' }
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' })
