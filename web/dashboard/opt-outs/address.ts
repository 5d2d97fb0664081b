/** The address of the page of that name; all others of it begin with it. */
export const OPT_OUTS = '/dashboard/opt-outs'

/** Where a person is among the opt-outs. */
export type Place =
  | { readonly kind: 'list'; readonly contact: string }
  /** `contact`: who is to be entered; empty: not said. */
  | { readonly kind: 'add'; readonly contact: string }

/** Of any address below `/dashboard/opt-outs`; what can't be read is the list. */
export function placeOf(url: string): Place {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const contact = searchParams.get('contact') ?? ''
  return { kind: /^\/dashboard\/opt-outs\/add\/?$/.test(pathname) ? 'add' : 'list', contact }
}

export function addressOfList(contact: string): string {
  return contact === '' ? OPT_OUTS : `${OPT_OUTS}?${new URLSearchParams({ contact }).toString()}`
}

export function addressOfAdding(contact: string): string {
  return contact === '' ? `${OPT_OUTS}/add` : `${OPT_OUTS}/add?${new URLSearchParams({ contact }).toString()}`
}

/** Whether an address is one of theirs. */
export function isOfOptOuts(path: string): boolean {
  return path === OPT_OUTS || path.startsWith(`${OPT_OUTS}/`)
}
