export interface Aborts<Item> {
  watch(signal: AbortSignal, item: Item): void
  unwatch(signal: AbortSignal, item: Item): void
}

/** One listener for each signal, however many items share it: thousands of listeners on one signal are slow, and warned about. */
export function createAborts<Item>(abort: (item: Item) => void): Aborts<Item> {
  const watched = new Map<AbortSignal, { readonly items: Set<Item>; readonly onAbort: () => void }>()

  function begin(signal: AbortSignal): Set<Item> {
    const items = new Set<Item>()
    const onAbort = () => [...items].forEach(abort)
    signal.addEventListener('abort', onAbort)
    watched.set(signal, { items, onAbort })
    return items
  }
  return {
    watch(signal, item) {
      const items = watched.get(signal)?.items ?? begin(signal)
      items.add(item)
    },
    unwatch(signal, item) {
      const entry = watched.get(signal)
      if (entry === undefined) return
      entry.items.delete(item)
      if (entry.items.size > 0) return
      signal.removeEventListener('abort', entry.onAbort)
      watched.delete(signal)
    },
  }
}
