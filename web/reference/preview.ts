import type { Call } from './call.ts'
import { parsed } from './literals.ts'

/** What a phone shows of a message. */
export type Preview =
  | { readonly kind: 'sms'; readonly text: string }
  | { readonly kind: 'push'; readonly title: string; readonly text: string }

/** Null: the call sends nothing, or words that only a template knows. */
export function previewOf({ path, method, body }: Pick<Call, 'path' | 'method' | 'body'>): Preview | null {
  const sent = parsed(body ?? '')
  if (method !== 'POST' || typeof sent !== 'object' || sent === null) return null
  if (path === '/smss' && 'message' in sent && typeof sent.message === 'string')
    return { kind: 'sms', text: sent.message }
  if (!path.startsWith('/notifications/') || !('title' in sent && 'body' in sent)) return null
  return typeof sent.title === 'string' && typeof sent.body === 'string'
    ? { kind: 'push', title: sent.title, text: sent.body }
    : null
}
