/** The address of the page of that name; all others of it begin with it. */
export const TOPICS = '/dashboard/topics'

/** Where a person is among the topics. */
export type Place = { readonly kind: 'list' } | { readonly kind: 'one'; readonly topic: string }

/** Of any address below `/dashboard/topics`; what can't be read is the list. */
export function placeOf(url: string): Place {
  const { pathname } = new URL(url, 'http://localhost')
  const topic = decoded(/^\/dashboard\/topics\/([^/]+)\/?$/.exec(pathname)?.[1] ?? '')
  return topic === '' ? { kind: 'list' } : { kind: 'one', topic }
}

export function addressOfTopic(topic: string): string {
  return `${TOPICS}/${encodeURIComponent(topic)}`
}

/** Whether an address is one of theirs. */
export function isOfTopics(path: string): boolean {
  return path === TOPICS || path.startsWith(`${TOPICS}/`)
}

/** Empty: it can't be. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}
