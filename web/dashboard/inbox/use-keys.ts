import { useEffect } from 'preact/hooks'
import { usePage } from '../page.ts'
import { readAddress } from './address.ts'
import { useAddress } from './use-address.ts'

/** Single keys: j and k go through the people, / searches, c copies the code. A person can switch them off. */
export function useKeys(): void {
  const { settings } = usePage()
  const move = useMove()
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!settings.keys.value || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
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
export function useMove(): (by: number) => void {
  const { inbox } = usePage()
  const [, go] = useAddress()
  return (by) => {
    const threads = inbox.listing.threads.value
    // A second key may be there before the page has been drawn anew: the browser knows better where it is.
    const { thread } = readAddress(location.pathname + location.search)
    // Without a choice the newest is shown, and the first step is to it.
    const from = thread === null ? -Math.sign(by) : threads.findIndex(({ key }) => key === thread)
    const to = threads[Math.min(threads.length - 1, Math.max(0, from + by))]
    if (to !== undefined) go({ thread: to.key, item: null }, true)
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input:not([type="radio"], [type="checkbox"]), textarea, select')
  )
}
