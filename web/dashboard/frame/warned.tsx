import { useEffect, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { usePage } from '../page.ts'
import { PROVIDERS } from '../providers/address.ts'
import { whenSeen } from '../when-seen.ts'
import { troublesOf, type Trouble } from './troubles.ts'

/** Between two questions; what is found holds for minutes at least. */
const ASK_MS = 60_000

/** What somebody must look at, wherever he is in the dashboard; nothing where there is nothing. */
export function Warned(): JSX.Element | null {
  const { session } = usePage()
  const [troubles, setTroubles] = useState<readonly Trouble[]>([])
  useEffect(() => {
    let isOver = false
    let callOff = (): void => undefined
    const ask = async (): Promise<void> => {
      const found = await troublesOf(session.fetch)
      if (isOver) return
      setTroubles(found)
      callOff = whenSeen(() => void ask(), ASK_MS, document)
    }
    void ask()
    return () => {
      isOver = true
      callOff()
    }
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
