import { useEffect, useRef } from 'preact/hooks'

/**
 * Names the page in the browser's tab, and takes the focus to what it shows each time that `path` changes: what had the focus is gone with the
 * page before. The first page leaves the focus where the browser has it.
 */
export function usePageTitle(title: string, path: string): void {
  const isFirst = useRef(true)
  useEffect(() => {
    document.title = `${title} · Tidings`
    if (!isFirst.current) document.getElementById('content')?.focus()
    isFirst.current = false
  }, [path])
}
