import type { Signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Document, Group, Operation } from './document.ts'
import type { Language } from './samples.ts'

/** What every part of the page may need. */
export interface Reference {
  readonly document: Document
  readonly groups: readonly Group[]
  /** By slug; what the address names. Null: the page's beginning. */
  readonly chosen: Signal<Operation | null>
  /** `http://localhost:5000`, as this browser reaches the service. */
  readonly origin: string
  /** Whether the service asks for keys. */
  readonly withKeys: boolean
  /** Channels whose messages leave the machine. */
  readonly live: readonly string[]
  /** The reader's API key. It is nowhere but here, and is gone when the page is closed. */
  readonly key: Signal<string>
  readonly language: Signal<Language>
  /** Whether single keys do something. */
  readonly keys: Signal<boolean>
  readonly fetch: typeof globalThis.fetch
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** False where the browser has no clipboard for us. */
  readonly copy: (text: string) => Promise<boolean>
}

export const ReferenceContext = createContext<Reference | null>(null)

export function useReference(): Reference {
  const reference = useContext(ReferenceContext)
  if (reference === null) throw new Error('there is no reference around this')
  return reference
}
