import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { Call } from './call.ts'
import { useReference } from './page.ts'
import { LANGUAGES, sampleOf } from './samples.ts'
import { CopyButton } from './words.tsx'

/** The call in each language, one at a time. */
export function Samples({ call }: { readonly call: Call }): JSX.Element {
  const { language } = useReference()
  const samples = LANGUAGES.map(([name, word]) => ({ name, word, sample: sampleOf(call, name) })).filter(
    ({ sample }) => sample !== null,
  )
  const shown = samples.find(({ name }) => name === language.value) ?? samples[0]
  const tabs = useRef<HTMLDivElement>(null)
  const turn = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = samples.at((samples.findIndex((one) => one === shown) + step) % samples.length)
    if (step === 0 || next === undefined) return
    language.value = next.name
    tabs.current?.querySelector<HTMLElement>(`#tab-${next.name}`)?.focus()
  }
  return (
    <section class="samples" aria-label="As a program">
      <div class="tabs">
        <div role="tablist" aria-label="Language" ref={tabs} onKeyDown={turn}>
          {samples.map(({ name, word }) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={name === shown?.name}
              aria-controls="sample"
              tabIndex={name === shown?.name ? 0 : -1}
              onClick={() => (language.value = name)}
            >
              {word}
            </button>
          ))}
        </div>
        <CopyButton text={shown?.sample ?? ''} label="Copy the sample" />
      </div>
      <pre id="sample" role="tabpanel" aria-labelledby={`tab-${shown?.name ?? ''}`} tabIndex={0}>
        <code>{shown?.sample}</code>
      </pre>
    </section>
  )
}
