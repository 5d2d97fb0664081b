import { createHmac } from 'node:crypto'

/** Random bytes, of a source that nobody can guess. */
type DrawBytes = (count: number) => Uint8Array

export interface SignedParts {
  /** The event's, the same at each attempt. It holds no full stop. */
  readonly id: string
  /** Of the attempt, in whole seconds since 1970. */
  readonly timestampSeconds: number
  /** Exactly what is sent. */
  readonly body: Buffer | string
}

const PREFIX = 'whsec_'
/** Source: Standard Webhooks 1.0.0, "Signature scheme": a secret has between 24 and 64 bytes. */
const SECRET_BYTES = { min: 24, max: 64 } as const
const NEW_SECRET_BYTES = 32

/**
 * The value of `webhook-signature`: one `v1,<base64>` for each secret, with spaces between. A receiver takes any of them, so that a
 * secret can be changed while the old one is still known. Throws without a secret, and for an id or a time that another id and time
 * could be mistaken for. Source: Standard Webhooks 1.0.0, "Signature scheme".
 */
export function signWebhook({ id, timestampSeconds, body }: SignedParts, secrets: readonly Buffer[]): string {
  if (secrets.length === 0) throw new Error('a webhook is signed with at least one secret')
  if (!/^[^.\s]+$/.test(id)) throw new Error('the id of a webhook holds neither full stops nor spaces')
  if (!Number.isSafeInteger(timestampSeconds)) throw new Error('the time of a webhook is in whole seconds')
  return secrets
    .map((secret) => createHmac('sha256', secret).update(`${id}.${timestampSeconds}.`).update(body).digest('base64'))
    .map((signature) => `v1,${signature}`)
    .join(' ')
}

/**
 * What a webhook is sent with, beside its body. `eventId` as `GET /events` names the event, `742-1`; its `webhook-id` is the same at each
 * attempt and holds no full stop. `at`: when this attempt begins. Throws as signWebhook does.
 */
export function webhookHeaders(
  eventId: string,
  at: Date,
  body: Buffer | string,
  secrets: readonly Buffer[],
): Readonly<Record<string, string>> {
  const id = `evt_${eventId.replace('-', '_')}`
  const timestampSeconds = Math.floor(at.getTime() / 1_000)
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signWebhook({ id, timestampSeconds, body }, secrets),
  }
}

/** `whsec_` and 32 random bytes in base64. */
export function newWebhookSecret(randomBytes: DrawBytes): string {
  return PREFIX + Buffer.from(randomBytes(NEW_SECRET_BYTES)).toString('base64')
}

/** The bytes of a secret; null: not `whsec_` and 24 to 64 bytes in base64. */
export function readWebhookSecret(text: string): Buffer | null {
  if (!text.startsWith(PREFIX)) return null
  const encoded = text.slice(PREFIX.length)
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) return null
  return bytes.length >= SECRET_BYTES.min && bytes.length <= SECRET_BYTES.max ? bytes : null
}
