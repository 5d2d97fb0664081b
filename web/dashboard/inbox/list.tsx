import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { usePage } from '../page.ts'
import { Row } from './row.tsx'
import { MOST_THREADS } from './threads.ts'
import { useAddress } from './use-address.ts'
import { useMove } from './use-keys.ts'
import { scrollTo, windowOf } from './window.ts'

/** Height of a row; `--row` in the style sheet is the same. */
const ROW_PX = 60

/** This far from the end of what is known, more is asked for. */
const AHEAD = 40

/** The people. Only the rows that are seen are drawn, and what a person reads stays where it is when others come in above. */
export function List({ shown }: { readonly shown: string | null }): JSX.Element {
  const { listing } = usePage().inbox
  const threads = listing.threads.value
  const [address] = useAddress()
  const box = useRef<HTMLDivElement>(null)
  const { scroll, height, onScroll } = useScroll(box)
  useAnchor(box, scroll)
  useChosenInView(box, address.thread)
  const move = useMove()
  const { from, to } = windowOf(scroll, height, ROW_PX, threads.length)
  useEffect(() => {
    if (to > threads.length - AHEAD) listing.loadMore()
  })
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = MOVES[event.key]
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    move(by)
  }
  const drawn = threads.slice(from, to)
  const isDrawn = drawn.some(({ key }) => key === shown)
  return (
    <div class="list" ref={box} onScroll={onScroll} onKeyDown={onKeyDown}>
      <NewAbove box={box} isScrolled={scroll > 0} />
      <ul style={{ height: `${threads.length * ROW_PX}px` }} aria-label="People">
        {drawn.map((thread, index) => (
          <Row
            key={thread.key}
            thread={thread}
            top={(from + index) * ROW_PX}
            place={from + index + 1}
            of={threads.length}
            isShown={thread.key === shown}
            isStop={isDrawn ? thread.key === shown : index === 0}
            isFresh={listing.fresh.value.has(thread.key)}
          />
        ))}
      </ul>
      {threads.length >= MOST_THREADS && (
        <p class="note">Only the latest {MOST_THREADS.toLocaleString('en')} are listed. The search finds the others.</p>
      )}
    </div>
  )
}

const MOVES: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: -Infinity,
  End: Infinity,
}

type Box = { readonly current: HTMLDivElement | null }

function useScroll(box: Box) {
  const [scroll, setScroll] = useState(0)
  const [height, setHeight] = useState(800)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setHeight(element.clientHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { scroll, height, onScroll: () => setScroll(box.current?.scrollTop ?? 0) }
}

/** Away from the top, the first row that is seen stays where it is. */
function useAnchor(box: Box, scroll: number): void {
  const threads = usePage().inbox.listing.threads.value
  const anchor = useRef<string | null>(null)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null || anchor.current === null || element.scrollTop === 0) return
    const index = threads.findIndex(({ key }) => key === anchor.current)
    if (index >= 0) element.scrollTop = index * ROW_PX + (element.scrollTop % ROW_PX)
  }, [threads])
  useLayoutEffect(() => {
    anchor.current = threads[Math.floor(scroll / ROW_PX)]?.key ?? null
  })
}

/** Whom a person goes to is seen, and has the focus if the list had it. */
function useChosenInView(box: Box, chosen: string | null): void {
  const { threads } = usePage().inbox.listing
  useLayoutEffect(() => {
    const element = box.current
    const index = threads.value.findIndex(({ key }) => key === chosen)
    if (element === null || index < 0) return
    element.scrollTop = scrollTo(index, element.scrollTop, element.clientHeight, ROW_PX)
  }, [chosen])
  useEffect(() => {
    const element = box.current
    if (element === null || !element.contains(document.activeElement)) return
    element.querySelector<HTMLElement>('[aria-current="true"]')?.focus({ preventScroll: true })
  }, [chosen])
}

/** How many came in while the top was out of sight, and the way there. */
function NewAbove({ box, isScrolled }: { readonly box: Box; readonly isScrolled: boolean }): JSX.Element | null {
  const { arrivals } = usePage().inbox
  const seen = useRef(0)
  if (!isScrolled) seen.current = arrivals.value
  const count = arrivals.value - seen.current
  if (count === 0) return null
  const toTop = (): void => {
    if (box.current !== null) box.current.scrollTop = 0
  }
  return (
    <div class="above">
      <button type="button" class="button small" onClick={toTop}>
        {count.toLocaleString('en')} new
      </button>
    </div>
  )
}
