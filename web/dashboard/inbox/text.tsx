import type { JSX } from 'preact'
import { useCopy } from '../parts.tsx'
import type { Item } from './item.ts'
import { marksOf } from './marks.ts'
import { codePointOf, isMostlyForeign } from './measure.ts'

/** A message's text as it came: nothing in it means anything here, and its direction is its own. */
export function Text({ item }: { readonly item: Item }): JSX.Element {
  const { body, code, code_at: codeAt, guilty } = item
  const marked = guilty === null || isMostlyForeign(body) ? null : guilty
  return (
    <p class="text" dir="auto">
      {marksOf(body, codeAt, marked).map(({ text, kind }, index) => {
        if (kind === 'code') return <Code key={index} shown={text} code={code ?? text} />
        if (kind === 'guilty' && marked !== null) {
          return (
            <mark key={index} class="guilty" title={`${codePointOf(marked.character)} is not in the GSM-7 alphabet`}>
              {text}
            </mark>
          )
        }
        return text
      })}
    </p>
  )
}

function Code({ shown, code }: { readonly shown: string; readonly code: string }): JSX.Element {
  const [said, copy] = useCopy(code)
  return (
    <button type="button" class="code" aria-label={said ?? `Copy the code ${code}`} data-said={said} onClick={copy}>
      {shown}
    </button>
  )
}
