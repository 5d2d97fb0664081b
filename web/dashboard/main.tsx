import { render, type JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { LocationProvider, useLocation } from 'preact-iso/router'
import '../look/look.css'
import './dashboard.css'
import { copyText } from './clipboard.ts'
import { Frame } from './frame/frame.tsx'
import { createSettings } from './frame/settings.ts'
import { createInboxClient } from './inbox/client.ts'
import { createInbox } from './inbox/inbox.ts'
import { INBOUND } from './inbound/address.ts'
import { InboundPage } from './inbound/inbound-page.tsx'
import { InboxPage } from './inbox/inbox-page.tsx'
import { isOfMessages } from './messages/address.ts'
import { MessagesPage } from './messages/messages-page.tsx'
import { isOfOptOuts } from './opt-outs/address.ts'
import { OptOutsPage } from './opt-outs/opt-outs-page.tsx'
import { PageContext, type Page } from './page.ts'
import { isOfProviders } from './providers/address.ts'
import { ProvidersPage } from './providers/providers-page.tsx'
import { isOfPushes } from './pushes/address.ts'
import { PushesPage } from './pushes/pushes-page.tsx'
import { createSession, LINK_MARK } from './session/session.ts'
import { SignIn } from './session/sign-in.tsx'
import { isOfTopics } from './topics/address.ts'
import { TopicsPage } from './topics/topics-page.tsx'
import { isOfWebhooks } from './webhooks/address.ts'
import { WebhooksPage } from './webhooks/webhooks-page.tsx'

const root = document.getElementById('app')
if (root !== null) start(root)

function start(element: HTMLElement): void {
  const session = createSession(fetch.bind(window), told('tidings-keys') === 'required')
  void session.begin(takeLink())
  const around: Around = {
    session,
    settings: createSettings(storage(), document.documentElement),
    now: () => new Date(),
    origin: location.origin,
    version: told('tidings-version'),
    live: told('tidings-live').split(' ').filter(Boolean),
    copy: copyText,
  }
  render(<Doorway around={around} />, element)
}

/** What there is whoever is there. */
type Around = Omit<Page, 'inbox'>

/** The page, for whoever may see it. */
function Doorway({ around }: { readonly around: Around }): JSX.Element | null {
  const { session } = around
  if (session.state.value === 'asking') return null
  if (session.state.value === 'needed') return <SignIn session={session} />
  return <Inside around={around} />
}

function Inside({ around }: { readonly around: Around }): JSX.Element {
  const [page] = useState<Page>(() => {
    const client = createInboxClient(around.session.fetch)
    return { ...around, inbox: createInbox(client, () => new EventSource('/inbox/events')) }
  })
  useEffect(() => () => page.inbox.close(), [page])
  return (
    <PageContext.Provider value={page}>
      <LocationProvider scope="/dashboard">
        <Frame>
          <Shown />
        </Frame>
      </LocationProvider>
    </PageContext.Provider>
  )
}

/** What the address names; what it does not know is the inbox. */
function Shown(): JSX.Element {
  const { path } = useLocation()
  if (isOfMessages(path)) return <MessagesPage />
  if (isOfPushes(path)) return <PushesPage />
  if (path === INBOUND) return <InboundPage />
  if (isOfOptOuts(path)) return <OptOutsPage />
  if (isOfTopics(path)) return <TopicsPage />
  if (isOfWebhooks(path)) return <WebhooksPage />
  return isOfProviders(path) ? <ProvidersPage /> : <InboxPage />
}

/** The link in the address that the terminal printed; it is used up, so it leaves the address. */
function takeLink(): string | null {
  if (!location.hash.startsWith(LINK_MARK)) return null
  const link = location.hash.slice(LINK_MARK.length)
  history.replaceState(null, '', location.pathname + location.search)
  return link
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
