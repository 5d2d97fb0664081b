import type { NewNotification } from '../../src/store/push/notifications.ts'

/** A push through the provider `scripted`, ready to be taken in. */
export function notification(more: Partial<NewNotification> = {}): Omit<NewNotification, 'held'> {
  return {
    title: 'Hello',
    body: 'There',
    topic: null,
    content: {},
    tag: null,
    category: 'transactional',
    onUncertain: 'retry',
    provider: 'scripted',
    ttlSeconds: null,
    validitySeconds: 3600,
    keyId: null,
    sendAt: null,
    template: null,
    resentFrom: null,
    tokenIds: [],
    suppressed: [],
    idempotency: null,
    ...more,
  }
}
