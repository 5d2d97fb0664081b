import { Type } from 'typebox'
import { REASONS, refusalOf, type FakeRefusal } from './reasons.ts'

/** What the look-alike does with a push instead of taking it. */
export type Script =
  | { readonly kind: 'refusal'; readonly refusal: FakeRefusal }
  /** Never answered. */
  | { readonly kind: 'hang' }
  /** RST_STREAM; 7 is REFUSED_STREAM: not processed. */
  | { readonly kind: 'reset'; readonly code: number }
  /** GOAWAY that names the stream before this one as the last that was processed. */
  | { readonly kind: 'goaway'; readonly code: number }
  /** The connection is cut before the answer. */
  | { readonly kind: 'cut' }

/** What a rule can have played: one of these words or a reason of Apple's, and maybe a number. */
export const PLAY = Type.String({ pattern: String.raw`^(hang|cut|refused|reset|goaway|${REASONS.join('|')})(\.\d+)?$` })

/** `reset.2`, `goaway.11`: the code; `Unregistered.1454948015990`: since when; `ServiceUnavailable.7`: seconds of `Retry-After`. */
export function scriptOf(play: string): Script {
  const [word = '', number = ''] = play.split('.')
  switch (word) {
    case 'hang':
    case 'cut':
      return { kind: word }
    case 'refused':
      return { kind: 'reset', code: 7 }
    case 'reset':
    case 'goaway':
      return { kind: word, code: Number(number) }
    default:
      return { kind: 'refusal', refusal: refusalOf(word, number) }
  }
}
