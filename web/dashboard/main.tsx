import { render } from 'preact'
import { LocationProvider } from 'preact-iso/router'
import '../look/look.css'
import './dashboard.css'
import { copyText } from './clipboard.ts'
import { Frame } from './frame/frame.tsx'
import { createSettings } from './frame/settings.ts'
import { createInboxClient } from './inbox/client.ts'
import { createInbox } from './inbox/inbox.ts'
import { InboxPage } from './inbox/inbox-page.tsx'
import { PageContext, type Page } from './page.ts'

const root = document.getElementById('app')
if (root !== null) start(root)

function start(element: HTMLElement): void {
  const page: Page = {
    inbox: createInbox(createInboxClient(fetch.bind(window)), () => new EventSource('/inbox/events')),
    settings: createSettings(storage(), document.documentElement),
    now: () => new Date(),
    origin: location.origin,
    version: told('tidings-version'),
    live: told('tidings-live').split(' ').filter(Boolean),
    copy: copyText,
  }
  render(
    <PageContext.Provider value={page}>
      <LocationProvider scope="/dashboard">
        <Frame>
          <InboxPage />
        </Frame>
      </LocationProvider>
    </PageContext.Provider>,
    element,
  )
}

/** What the service wrote into the page. */
function told(name: string): string {
  return document.querySelector(`meta[name="${name}"]`)?.getAttribute('content') ?? ''
}

/** Null where it is forbidden: even to ask throws then. */
function storage(): Storage | null {
  try {
    return localStorage
  } catch {
    return null
  }
}
