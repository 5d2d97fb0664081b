import type { DrawBytes } from '../../domain/api-key.ts'
import type { Caller } from '../../domain/caller.ts'
import { TidingsError } from '../../domain/errors.ts'
import { newWebhookSecret } from '../../domain/webhooks/webhook-signature.ts'
import { readWebhookUrl, type WebhookUrlRules } from '../../domain/webhooks/webhook-url.ts'
import { doneBy, writeAudit } from '../../store/keys/audit.ts'
import type { Db, DbClient } from '../../store/db.ts'
import { unwantEvents, wantEvents } from '../../store/events/event-listeners.ts'
import { refusing } from '../../store/faults.ts'
import { readWebhook, type WebhookRecord } from '../../store/webhooks/read-webhooks.ts'
import { inTransaction } from '../../store/transaction.ts'
import {
  countWebhooks,
  insertWebhook,
  lockWebhooks,
  nextWebhookId,
  readWebhookSecrets,
  removeWebhook,
  replaceWebhookSecret,
  skipEvents,
  updateWebhook,
  type WebhookFields,
} from '../../store/webhooks/webhooks.ts'
import { secretPlace, type OpenSecret } from './webhook-try.ts'
import { readUrl } from '../../domain/url.ts'

export interface WebhookChange extends Partial<WebhookFields> {
  readonly enabled?: boolean
}

/** The only time that the secret itself is known. */
export interface MadeWebhook {
  readonly record: WebhookRecord
  readonly secret: string
}

/** Each act stands in the audit, in the same transaction. All throw TidingsError. */
export interface Webhooks {
  /** From COMMIT on no event of its types is missed. */
  create(input: WebhookFields, by: Caller): Promise<MadeWebhook>
  change(id: number, change: WebhookChange, by: Caller): Promise<WebhookRecord>
  /** The secret so far signs as well for `overlapSeconds` more. */
  rotate(id: number, overlapSeconds: number, by: Caller): Promise<MadeWebhook>
  remove(id: number, by: Caller): Promise<void>
}

export interface WebhooksParts {
  readonly db: Db
  readonly rules: WebhookUrlRules
  /** Encrypts and reads secrets; null: there is no SECRET_KEY. */
  readonly sealer: { seal(plain: Buffer, place: string): Buffer; open: OpenSecret } | null
  readonly draw: DrawBytes
  /** After COMMIT. */
  readonly onChange: () => void
}

/** Each event is handed out to every one of them that wants it. */
const MOST_WEBHOOKS = 1_000

export function createWebhooks(parts: WebhooksParts): Webhooks {
  const { db, draw, onChange } = parts

  /** A refusal is given back before it is thrown: the connection is still good. */
  async function locked<T>(work: (client: DbClient) => Promise<T | TidingsError>): Promise<T> {
    const result = await refusing(() =>
      inTransaction(db, async (client) => {
        await lockWebhooks(client)
        return work(client)
      }),
    )
    if (result instanceof TidingsError) throw result
    onChange()
    return result
  }

  function changing<T>(id: number, change: (client: DbClient, before: WebhookRecord) => Promise<T>): Promise<T> {
    return locked(async (client) => {
      const before = await readWebhook(client, id)
      return before === null ? new TidingsError('not_found', 'Not Found') : change(client, before)
    })
  }

  return {
    async create(input, by) {
      const url = checkUrl(input.url, parts.rules)
      const { seal } = sealerOf(parts)
      const secret = newWebhookSecret(draw)
      const record = await locked(async (client) => {
        if ((await countWebhooks(client)) >= MOST_WEBHOOKS) return tooMany()
        const id = await nextWebhookId(client)
        const sealed = seal(Buffer.from(secret), secretPlace(id, 'secret'))
        const made = await insertWebhook(client, id, { ...input, url }, sealed)
        await wantEvents(client, { kind: 'endpoint', ref: id }, made.types)
        await writeAudit(client, { ...doneBy(by), act: 'webhook.created', what: `webhook:${id}`, details: told(made) })
        return made
      })
      return { record, secret }
    },
    change(id, { url, enabled, ...fields }, by) {
      const checked = url === undefined ? {} : { url: checkUrl(url, parts.rules) }
      return changing(id, async (client, before) => {
        const isEnabled = enabled ?? before.disabledAt === null
        if (isEnabled && before.disabledAt !== null) await skipEvents(client)
        const after = await updateWebhook(client, id, { ...before, ...fields, ...checked, enabled: isEnabled })
        if (fields.types !== undefined) await wantEvents(client, { kind: 'endpoint', ref: id }, after.types)
        await writeAudit(client, { ...doneBy(by), act: 'webhook.changed', what: `webhook:${id}`, details: told(after) })
        return after
      })
    },
    async rotate(id, overlapSeconds, by) {
      const { seal, open } = sealerOf(parts)
      const secret = newWebhookSecret(draw)
      const record = await changing(id, async (client) => {
        const former = open((await readWebhookSecrets(client, id)).secret, secretPlace(id, 'secret'))
        const details = { overlap_seconds: overlapSeconds }
        await writeAudit(client, { ...doneBy(by), act: 'webhook.rotated', what: `webhook:${id}`, details })
        const sealed = seal(Buffer.from(secret), secretPlace(id, 'secret'))
        // One that can't be read, signs nothing.
        const oldSealed = former === null ? null : seal(former, secretPlace(id, 'old_secret'))
        return replaceWebhookSecret(client, id, { sealed, oldSealed }, overlapSeconds)
      })
      return { record, secret }
    },
    remove: (id, by) =>
      changing(id, async (client, before) => {
        await unwantEvents(client, id)
        await removeWebhook(client, id)
        await writeAudit(client, {
          ...doneBy(by),
          act: 'webhook.deleted',
          what: `webhook:${id}`,
          details: told(before),
        })
      }),
  }
}

/** As it is stored. */
function checkUrl(text: string, rules: WebhookUrlRules): string {
  const reading = readWebhookUrl(text, rules)
  if (reading.kind === 'url') return reading.url.href
  const message = `\`url\` ${reading.problem}. ${reading.fix}`
  throw new TidingsError('invalid_request', message, { details: [{ path: 'url', message, suggestion: reading.fix }] })
}

function sealerOf({ sealer }: WebhooksParts): NonNullable<WebhooksParts['sealer']> {
  if (sealer !== null) return sealer
  const message = 'Webhooks need a SECRET_KEY on every node, the same one; `openssl rand -base64 32` makes one'
  throw new TidingsError('forbidden', message, { details: [{ path: '', message }] })
}

function tooMany(): TidingsError {
  return new TidingsError('invalid_request', `There are ${MOST_WEBHOOKS} webhooks already, the most there can be`)
}

/** What the audit says. An address may hold a secret in its path or query: only its host is told. */
function told({ url, types, payload, disabledReason }: WebhookRecord): Record<string, unknown> {
  return { host: readUrl(url)?.host ?? '', types, payload, disabled: disabledReason }
}
