import type { Check } from './checks.ts'

const SHAPES: Readonly<Record<Check['state'], { readonly shape: string; readonly word: string }>> = {
  ok: { shape: '✓', word: 'Fine' },
  failed: { shape: '■', word: 'Fails' },
  working: { shape: '◔', word: 'At work' },
  open: { shape: '▢', word: 'Open' },
}

/** The five checks, each with what was found. */
export function CheckList({ checks }: { readonly checks: readonly Check[] }) {
  return (
    <section class="checks" aria-labelledby="checks">
      <h2 id="checks">{headline(checks)}</h2>
      <ol>
        {checks.map(({ name, title, state, finding }) => (
          <li key={name} data-check={name} data-state={state}>
            <span class={`state ${state}`}>
              <span aria-hidden="true">{SHAPES[state].shape}</span> {SHAPES[state].word}
            </span>
            <div>
              <strong>{title}</strong>
              <span class="finding">{finding}</span>
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}

const COUNTS = ['None', 'One', 'Two', 'Three', 'Four', 'Five']

function headline(checks: readonly Check[]): string {
  const fine = checks.filter((check) => check.state === 'ok').length
  if (fine === checks.length) return 'All five checks are fine'
  return `${COUNTS[fine] ?? fine} of five checks ${fine === 1 ? 'is' : 'are'} fine`
}
