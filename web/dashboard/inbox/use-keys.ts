import { useEffect } from 'preact/hooks'
import { usePage } from '../page.ts'
import { useAddress } from './use-address.ts'

/** Single keys: j and k go through the people, / searches, c copies the code. A person can switch them off. */
export function useKeys(shown: string | null): void {
  const { settings } = usePage()
  const move = useMove(shown)
  useEffect(() => {
    if (!settings.keys.value) return undefined
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (event.key === 'j') move(1)
      else if (event.key === 'k') move(-1)
      else if (event.key === '/') document.querySelector<HTMLInputElement>('#search')?.focus()
      else if (event.key === 'c') document.querySelector<HTMLButtonElement>('.copies-code')?.click()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })
}

/** Goes that many people down, or up. */
export function useMove(shown: string | null): (by: number) => void {
  const { inbox } = usePage()
  const [address, go] = useAddress()
  return (by) => {
    const threads = inbox.listing.threads.value
    const at = threads.findIndex(({ key }) => key === shown)
    // Without a choice the first step is to the one that is shown.
    const from = address.thread === null ? at - Math.sign(by) : at
    const to = threads[Math.min(threads.length - 1, Math.max(0, from + by))]
    if (to !== undefined) go({ thread: to.key, item: null }, true)
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input:not([type="radio"], [type="checkbox"]), textarea, select')
  )
}
