/** Where a person is: `/dashboard`, `/dashboard/inbox/<thread>`, `/dashboard/inbox/<thread>/<message>`, each with `?q=`. */
export interface Address {
  readonly thread: string | null
  readonly item: string | null
  readonly q: string
}

/** What a small screen shows of an address. */
export type Step = 'list' | 'phone' | 'facts'

const BASE = '/dashboard'

/** Any address below `/dashboard`; what can't be read is the list. */
export function readAddress(url: string): Address {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const q = searchParams.get('q') ?? ''
  const [, thread = null, item = null] = /^\/dashboard\/inbox\/([^/]+)(?:\/([^/]+))?\/?$/.exec(pathname) ?? []
  return { thread: thread === null ? null : decode(thread), item: item === null ? null : decode(item), q }
}

export function writeAddress({ thread, item, q }: Address): string {
  const path =
    thread === null ? BASE : [BASE, 'inbox', ...[thread, item].filter(isSet).map(encodeURIComponent)].join('/')
  return q === '' ? path : `${path}?${new URLSearchParams({ q }).toString()}`
}

export function stepOf({ thread, item }: Address): Step {
  if (thread === null) return 'list'
  return item === null ? 'phone' : 'facts'
}

function isSet(part: string | null): part is string {
  return part !== null
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part)
  } catch {
    return null
  }
}
