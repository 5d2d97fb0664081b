import { useEffect, useRef, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import { usePage } from '../page.ts'
import { counted } from './format.ts'

/** A screen reader is told at most this often. */
const EVERY_MS = 5_000

/** Says that messages came, to those who don't see it. */
export function Announcer(): JSX.Element {
  const { arrivals } = usePage().inbox
  const [said, setSaid] = useState('')
  const told = useRef(0)
  useEffect(() => {
    const timer = setInterval(() => {
      const fresh = arrivals.value - told.current
      told.current = arrivals.value
      setSaid(fresh === 0 ? '' : counted(fresh, 'new message'))
    }, EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <p class="unseen" role="status">
      {said}
    </p>
  )
}
