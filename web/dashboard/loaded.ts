import { useEffect, useRef, useState, type Inputs } from 'preact/hooks'
import { Refused, whyOf } from './call.ts'

/** What a page asked for. */
export type Loaded<T> =
  | { readonly kind: 'loading' }
  /** `status` is HTTP's; null: there was no answer. */
  | { readonly kind: 'failed'; readonly why: string; readonly status: number | null }
  | { readonly kind: 'there'; readonly value: T }

export interface Loading<T> {
  readonly state: Loaded<T>
  /** From the beginning, as after a failure. */
  readonly again: () => void
  /** Without a word: what is there stays until there is something newer, also where nothing comes; `state` is another either way. */
  readonly refresh: () => void
  /** What is known by another way. */
  readonly put: (value: T) => void
}

/** Asks when it is first shown and whenever one of `inputs` changes; what was asked for before is given up. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, inputs: Inputs): Loading<T> {
  const [state, setState] = useState<Loaded<T>>({ kind: 'loading' })
  const running = useRef<AbortController | null>(null)

  const start = (isQuiet: boolean): void => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    const set = (next: (before: Loaded<T>) => Loaded<T>): void => {
      if (!controller.signal.aborted) setState(next)
    }
    if (!isQuiet) setState({ kind: 'loading' })
    load(controller.signal).then(
      (value) => set(() => ({ kind: 'there', value })),
      (error: unknown) => set((before) => (isQuiet && before.kind === 'there' ? { ...before } : failed(error))),
    )
  }

  useEffect(() => {
    start(false)
    return () => running.current?.abort()
  }, inputs)

  return {
    state,
    again: () => start(false),
    refresh: () => start(true),
    put: (value) => {
      running.current?.abort()
      setState({ kind: 'there', value })
    },
  }
}

function failed(error: unknown): { kind: 'failed'; why: string; status: number | null } {
  return { kind: 'failed', why: whyOf(error), status: error instanceof Refused ? error.status : null }
}
