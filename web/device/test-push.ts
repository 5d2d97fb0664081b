import { signal, type ReadonlySignal } from '@preact/signals'
import type { Delivery, NotificationAccepted } from '../../src/contract/notifications.ts'
import { messageOf } from '../dashboard/answers.ts'
import type { Address } from './registrar.ts'

export type TestPush =
  | { readonly kind: 'none' }
  | { readonly kind: 'sending' }
  /** `arrivedMs`: from the click until this browser had it; null as long as it has not. */
  | {
      readonly kind: 'answered'
      readonly id: number
      readonly status: string
      readonly reason: string | null
      readonly arrivedMs: number | null
    }
  /** Our own API said no, or nothing. */
  | { readonly kind: 'refused'; readonly message: string; readonly docs: string | null }

export interface TestPushes {
  readonly state: ReadonlySignal<TestPush>
  send(address: Address): Promise<void>
  /** Told of every push that arrives: one of them may be ours. */
  arrived(data: Readonly<Record<string, string>> | undefined): void
}

/** Seconds that the API may wait for FCM's word before it answers. */
const WAIT_SECONDS = 10

/** The key by which a test push is known again. */
const MARK = 'test'

/** Sends test pushes through the public API. `monotonic` in ms; `project`: what they name as theirs, null: nothing. */
export function createTestPushes(
  call: typeof fetch,
  monotonic: () => number,
  newId: () => string,
  project: string | null,
): TestPushes {
  const state = signal<TestPush>({ kind: 'none' })
  let current = { id: '', sentAt: 0, arrivedMs: null as number | null }
  return {
    state,
    async send(address) {
      const sent = { id: newId(), sentAt: monotonic(), arrivedMs: null }
      current = sent
      state.value = { kind: 'sending' }
      const answer = await post(call, address, sent.id, project)
      // It may have arrived before the answer did.
      state.value = answer.kind === 'answered' ? { ...answer, arrivedMs: current.arrivedMs } : answer
    },
    arrived(data) {
      if (data?.[MARK] !== current.id || current.arrivedMs !== null) return
      current.arrivedMs = monotonic() - current.sentAt
      if (state.value.kind === 'answered') state.value = { ...state.value, arrivedMs: current.arrivedMs }
    },
  }
}

async function post(
  call: typeof fetch,
  { kind, value }: Address,
  mark: string,
  project: string | null,
): Promise<TestPush> {
  const targets = kind === 'fid' ? { fids: [value] } : { tokens: [value] }
  const named = project === null ? {} : { project }
  const content = { ...named, title: 'Test push', body: 'From Tidings to this browser.', data: { [MARK]: mark } }
  const headers = { 'content-type': 'application/json', prefer: `wait=${WAIT_SECONDS}` }
  try {
    const answer = await call('/notifications/tokens', {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...targets, ...content, tag: 'device-page' }),
    })
    if (answer.status === 401) return NOBODY
    const body: unknown = await answer.json()
    if (!isAccepted(body)) return { kind: 'refused', ...refusalOf(body) }
    const { notification_id: id, status } = body
    return { kind: 'answered', id, status, reason: await reasonOf(call, id, status), arrivedMs: null }
  } catch {
    return { kind: 'refused', message: 'Tidings did not answer. Does it still run?', docs: null }
  }
}

/** Who signs in on the dashboard is signed in here. */
const NOBODY: TestPush = {
  kind: 'refused',
  message: 'Callers need a key here. Sign in on the dashboard, in this browser, and try again.',
  docs: '/dashboard',
}

/** Why it went wrong, as the provider said it; null where nothing did. */
async function reasonOf(call: typeof fetch, id: number, status: string): Promise<string | null> {
  if (status === 'sent' || status === 'captured') return null
  const answer = await call(`/notifications/${id}/deliveries`)
  const body: unknown = await answer.json()
  return isDeliveries(body) ? (body.data[0]?.reason ?? null) : null
}

function isAccepted(body: unknown): body is NotificationAccepted {
  return typeof body === 'object' && body !== null && 'notification_id' in body
}

function isDeliveries(body: unknown): body is { readonly data: readonly Delivery[] } {
  return typeof body === 'object' && body !== null && 'data' in body && Array.isArray(body.data)
}

function refusalOf(body: unknown): { message: string; docs: string | null } {
  const docs = typeof body === 'object' && body !== null && 'docs' in body ? body.docs : null
  return {
    message: messageOf(body) ?? 'An answer that is none of Tidings’.',
    docs: typeof docs === 'string' && docs.startsWith('/errors/') ? docs : null,
  }
}
