import { useState } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { zoneName } from '../inbox/format.ts'
import { INBOUND } from '../inbound/address.ts'
import { isOfMessages, MESSAGES } from '../messages/address.ts'
import { isOfOptOuts, OPT_OUTS } from '../opt-outs/address.ts'
import { usePage } from '../page.ts'
import { isOfProviders, PROVIDERS } from '../providers/address.ts'
import { isOfPushes, PUSHES } from '../pushes/address.ts'
import { isOfTopics, TOPICS } from '../topics/address.ts'
import { isOfWebhooks, WEBHOOKS } from '../webhooks/address.ts'
import type { Theme } from './settings.ts'
import { Warned } from './warned.tsx'

/** What stands around every page of the dashboard. */
export function Frame({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  return (
    <div class="frame" data-menu={isOpen ? 'open' : 'closed'}>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <header class="side">
        <div class="side-top">
          <a class="brand" href="/dashboard">
            Tidings
          </a>
          <Mode />
          <Warned />
          <button
            type="button"
            class="button menu"
            aria-expanded={isOpen}
            aria-controls="menu"
            onClick={() => setOpen(!isOpen)}
          >
            Menu
          </button>
        </div>
        <div class="menu-content" id="menu">
          <Sections onChosen={() => setOpen(false)} />
          <Foot />
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}

function Mode(): JSX.Element {
  const { live } = usePage()
  if (live.length === 0) {
    return (
      <span class="mode" data-tone="held" title="No provider is set up: every message is kept here">
        Capture mode
      </span>
    )
  }
  return (
    <span class="mode" data-tone="ok" title="Messages of these channels leave this machine, and are not kept here">
      {live.length === 2 ? 'Live' : live[0] === 'sms' ? 'SMS live' : 'Push live'}
    </span>
  )
}

function Sections({ onChosen }: { readonly onChosen: () => void }): JSX.Element {
  const { path } = useLocation()
  const pages = [isOfMessages, isOfPushes, isOfInbound, isOfOptOuts, isOfTopics, isOfProviders, isOfWebhooks]
  const isElsewhere = pages.some((isOf) => isOf(path))
  return (
    <nav aria-label="Main">
      <h2>Watch</h2>
      <Section href="/dashboard" isCurrent={!isElsewhere} onChosen={onChosen}>
        Inbox
      </Section>
      <Section href={MESSAGES} isCurrent={isOfMessages(path)} onChosen={onChosen}>
        Messages
      </Section>
      <Section href={PUSHES} isCurrent={isOfPushes(path)} onChosen={onChosen}>
        Pushes
      </Section>
      <Section href={INBOUND} isCurrent={isOfInbound(path)} onChosen={onChosen}>
        Inbound
      </Section>
      <Section href={OPT_OUTS} isCurrent={isOfOptOuts(path)} onChosen={onChosen}>
        Opt-outs
      </Section>
      <Section href={TOPICS} isCurrent={isOfTopics(path)} onChosen={onChosen}>
        Topics
      </Section>
      <h2>Connect</h2>
      <Section href={PROVIDERS} isCurrent={isOfProviders(path)} onChosen={onChosen}>
        Providers
      </Section>
      <Section href={WEBHOOKS} isCurrent={isOfWebhooks(path)} onChosen={onChosen}>
        Webhooks
      </Section>
      <a href="/">This device</a>
      <a href="/docs">API</a>
      <a href="/errors">Errors</a>
    </nav>
  )
}

function isOfInbound(path: string): boolean {
  return path === INBOUND
}

function Section(props: {
  readonly href: string
  readonly isCurrent: boolean
  readonly onChosen: () => void
  readonly children: string
}): JSX.Element {
  const { href, isCurrent, onChosen, children } = props
  return (
    <a href={href} aria-current={isCurrent ? 'page' : undefined} onClick={onChosen}>
      {children}
    </a>
  )
}

function Foot(): JSX.Element {
  const { version, now, settings } = usePage()
  return (
    <footer>
      <Themes />
      <label class="check">
        <input
          type="checkbox"
          checked={settings.keys.value}
          onChange={(event) => (settings.keys.value = event.currentTarget.checked)}
        />
        Single-key shortcuts
      </label>
      {settings.keys.value && <Keys />}
      <Who />
      <p>
        {version !== '' && `v${version}, `}times in {zoneName(now())}
      </p>
    </footer>
  )
}

function Who(): JSX.Element | null {
  const { session } = usePage()
  if (session.who.value === null) return null
  return (
    <p>
      Signed in by {session.who.value}.{' '}
      <button type="button" class="button small quiet" onClick={() => void session.signOut()}>
        Sign out
      </button>
    </p>
  )
}

function Keys(): JSX.Element {
  return (
    <dl class="keys">
      <div>
        <dt>
          <kbd>j</kbd> <kbd>k</kbd>
        </dt>
        <dd>next, previous</dd>
      </div>
      <div>
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>search</dd>
      </div>
      <div>
        <dt>
          <kbd>c</kbd>
        </dt>
        <dd>copy the code</dd>
      </div>
    </dl>
  )
}

const THEMES: readonly (readonly [Theme, string])[] = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

function Themes(): JSX.Element {
  const { theme } = usePage().settings
  return (
    <fieldset class="choice">
      <legend>Colours</legend>
      {THEMES.map(([value, name]) => (
        <label key={value}>
          <input type="radio" name="theme" checked={theme.value === value} onChange={() => (theme.value = value)} />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  )
}
