import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Settings } from './frame/settings.ts'
import type { Inbox } from './inbox/inbox.ts'
import type { Session } from './session/session.ts'

/** What every part of the page may need. */
export interface Page {
  readonly inbox: Inbox
  readonly session: Session
  readonly settings: Settings
  readonly now: () => Date
  /** `http://localhost:5000`, as this browser reaches the service. */
  readonly origin: string
  readonly version: string
  /** Channels whose messages leave the machine. */
  readonly live: readonly string[]
  /** False where the browser has no clipboard for us. */
  readonly copy: (text: string) => Promise<boolean>
}

export const PageContext = createContext<Page | null>(null)

export function usePage(): Page {
  const page = useContext(PageContext)
  if (page === null) throw new Error('there is no page around this')
  return page
}
