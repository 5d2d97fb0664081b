/** The address of the page of that name; all others of it begin with it. */
export const WEBHOOKS = '/dashboard/webhooks'

/** Where a person is among the webhooks. */
export type Place = { readonly kind: 'list' } | { readonly kind: 'add' } | { readonly kind: 'one'; readonly id: number }

/** Of any address below `/dashboard/webhooks`; what can't be read is the list. */
export function placeOf(path: string): Place {
  const word = path.slice(WEBHOOKS.length + 1).replace(/\/$/, '')
  if (word === 'add') return { kind: 'add' }
  return /^[1-9]\d{0,14}$/.test(word) ? { kind: 'one', id: Number(word) } : { kind: 'list' }
}

/** Whether an address is one of theirs. */
export function isOfWebhooks(path: string): boolean {
  return path === WEBHOOKS || path.startsWith(`${WEBHOOKS}/`)
}
