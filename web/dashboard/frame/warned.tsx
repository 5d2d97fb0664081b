import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { usePage } from '../page.ts'
import { PROVIDERS } from '../providers/address.ts'
import { troublesOf, type Trouble } from './troubles.ts'

/** Between two questions; what is found holds for minutes at least. */
const ASK_MS = 60_000

/** What somebody must look at, wherever he is in the dashboard; nothing where there is nothing. */
export function Warned(): JSX.Element | null {
  const { session } = usePage()
  const [troubles, setTroubles] = useState<readonly Trouble[]>([])
  useEffect(() => {
    const ask = (): void => void troublesOf(session.fetch).then(setTroubles)
    ask()
    const timer = setInterval(ask, ASK_MS)
    return () => clearInterval(timer)
  }, [session])
  const [first, ...others] = troubles
  if (first === undefined) return null
  return (
    <a class="mode warned" data-tone="wait" href={PROVIDERS} title={troubles.map(({ detail }) => detail).join('\n')}>
      {first.word}
      {others.length > 0 && ` +${others.length}`}
    </a>
  )
}
