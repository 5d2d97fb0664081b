/** What of a document tells whether anybody sees it. */
export interface Sight {
  readonly visibilityState: 'hidden' | 'visible'
  addEventListener(type: 'visibilitychange', listener: () => void): void
  removeEventListener(type: 'visibilitychange', listener: () => void): void
}

/** Does `work` once, after so long; where nobody sees the page by then, as soon as somebody does. Returns what calls it off. */
export function whenSeen(work: () => void, ms: number, sight: Sight): () => void {
  function look(): void {
    if (sight.visibilityState === 'hidden') return sight.addEventListener('visibilitychange', look)
    sight.removeEventListener('visibilitychange', look)
    work()
  }

  const timer = setTimeout(look, ms)
  return () => {
    clearTimeout(timer)
    sight.removeEventListener('visibilitychange', look)
  }
}
