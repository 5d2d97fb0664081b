/** The address of the page of that name; all others of it begin with it. */
export const PUSHES = '/dashboard/pushes'

/** Where a person is among the pushes. */
export type Place = { readonly kind: 'list'; readonly q: string } | { readonly kind: 'one'; readonly id: number }

/** Of any address below `/dashboard/pushes`; what can't be read is the list. */
export function placeOf(url: string): Place {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const id = /^\/dashboard\/pushes\/([1-9]\d{0,14})\/?$/.exec(pathname)?.[1]
  return id === undefined ? { kind: 'list', q: searchParams.get('q') ?? '' } : { kind: 'one', id: Number(id) }
}

export function addressOfList(q: string): string {
  return q === '' ? PUSHES : `${PUSHES}?${new URLSearchParams({ q }).toString()}`
}

export function addressOfPush(id: number): string {
  return `${PUSHES}/${id}`
}

/** Whether an address is one of theirs. */
export function isOfPushes(path: string): boolean {
  return path === PUSHES || path.startsWith(`${PUSHES}/`)
}
