import { signal } from '@preact/signals'
import { render } from 'preact'
import '../look/look.css'
import '../dashboard/base.css'
import '../look/phone.css'
import './reference.css'
import { copyText } from '../dashboard/clipboard.ts'
import { createSettings } from '../dashboard/frame/settings.ts'
import { groupsOf, type Document, type Operation } from './document.ts'
import { Layout } from './layout.tsx'
import { ReferenceContext, type Reference } from './page.ts'
import type { Language } from './samples.ts'

const root = document.getElementById('reference')
if (root !== null) void start(root)

async function start(element: HTMLElement): Promise<void> {
  const settings = createSettings(storage(), document.documentElement)
  const read = await readDocument()
  if (read === null) {
    render(<Away />, element)
    return
  }
  const groups = groupsOf(read)
  const reference: Reference = {
    document: read,
    groups,
    chosen: signal<Operation | null>(null),
    origin: location.origin,
    withKeys: told('tidings-keys') === 'required',
    live: told('tidings-live').split(' ').filter(Boolean),
    key: signal(''),
    language: signal<Language>('curl'),
    keys: settings.keys,
    fetch: fetch.bind(window),
    now: () => performance.now(),
    copy: copyText,
  }
  follow(reference)
  render(
    <ReferenceContext.Provider value={reference}>
      <Layout />
    </ReferenceContext.Provider>,
    element,
  )
}

/** Keeps what is chosen in step with the address. */
function follow({ groups, chosen }: Reference): void {
  const operations = groups.flatMap((group) => group.operations)
  const look = (): void => {
    const slug = location.hash.slice(1)
    chosen.value = operations.find((one) => one.slug === slug) ?? null
    document.title = `${chosen.value?.summary ?? 'API reference'} · Tidings`
  }
  look()
  window.addEventListener('hashchange', look)
}

/** Null: the service does not answer, or something else does. */
async function readDocument(): Promise<Document | null> {
  try {
    const answer = await fetch('/openapi.json')
    const value: unknown = await answer.json()
    return answer.ok && isDocument(value) ? value : null
  } catch {
    return null
  }
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && 'openapi' in value && 'paths' in value
}

function Away() {
  return (
    <main class="away" id="content">
      <h1>API reference</h1>
      <p>The service does not answer, so there is nothing to show.</p>
      <p>
        <button type="button" class="button primary" onClick={() => location.reload()}>
          Try again
        </button>
      </p>
    </main>
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
