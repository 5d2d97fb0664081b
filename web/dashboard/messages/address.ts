/** The address of the page of that name; all others of it begin with it. */
export const MESSAGES = '/dashboard/messages'

/** Everything about one person; the number follows. */
const PEOPLE = '/dashboard/people'

/** Where a person is among the messages. */
export type Place =
  | { readonly kind: 'list'; readonly q: string }
  | { readonly kind: 'one'; readonly id: number }
  | { readonly kind: 'person'; readonly contact: string }

/** Of any address below `/dashboard`; what can't be read is the list. */
export function placeOf(url: string): Place {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const id = /^\/dashboard\/messages\/([1-9]\d{0,14})\/?$/.exec(pathname)?.[1]
  if (id !== undefined) return { kind: 'one', id: Number(id) }
  const contact = decoded(/^\/dashboard\/people\/([^/]+)\/?$/.exec(pathname)?.[1] ?? '')
  if (contact !== '') return { kind: 'person', contact }
  return { kind: 'list', q: searchParams.get('q') ?? '' }
}

export function addressOfList(q: string): string {
  return q === '' ? MESSAGES : `${MESSAGES}?${new URLSearchParams({ q }).toString()}`
}

export function addressOfPerson(contact: string): string {
  return `${PEOPLE}/${encodeURIComponent(contact)}`
}

/** Whether an address is one of theirs. */
export function isOfMessages(path: string): boolean {
  return [MESSAGES, PEOPLE].some((page) => path === page || path.startsWith(`${page}/`))
}

/** Empty: it can't be. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}
