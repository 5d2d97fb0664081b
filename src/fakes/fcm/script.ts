import { Type } from 'typebox'
import { ERROR_WORDS, errorFor, type FakeError } from './errors.ts'

/** What the look-alike does with a message instead of taking it. */
export type Script =
  | { readonly kind: 'error'; readonly error: FakeError }
  /** Never answered. */
  | { readonly kind: 'hang' }
  /** RST_STREAM; 7 is REFUSED_STREAM: not processed. */
  | { readonly kind: 'reset'; readonly code: number }
  /** GOAWAY that names the stream before this one as the last that was processed. */
  | { readonly kind: 'goaway'; readonly code: number }
  /** The connection is cut in the middle of the answer. */
  | { readonly kind: 'cut' }

/** What a rule can have played: the word, and maybe the number, of a token that asks for it. */
export const PLAY = Type.String({
  pattern: String.raw`^(hang|cut|refused|reset|goaway|${ERROR_WORDS.join('|')})(\.\d+)?$`,
})

/**
 * What a target asks for: `fake.WORD[.NUMBER][.ANYTHING]`, where the number is a code (`reset`, `goaway`) or the seconds of
 * `Retry-After`. `WORD-once` lets the second request through. Null: take it.
 */
export function scriptFor(target: string, seen: number): Script | null {
  const [, asked, number = ''] = /^fake\.([a-z-]+)(?:\.(\d*))?/.exec(target) ?? []
  if (asked === undefined || (asked.endsWith('-once') && seen > 0)) return null
  const word = asked.replace(/-once$/, '')
  switch (word) {
    case 'hang':
    case 'cut':
      return { kind: word }
    case 'refused':
      return { kind: 'reset', code: 7 }
    case 'reset':
    case 'goaway':
      return { kind: word, code: Number(number) }
    default: {
      const error = errorFor(word, number === '' ? null : number)
      return error === null ? null : { kind: 'error', error }
    }
  }
}
