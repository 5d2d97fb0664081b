import type { Msisdn } from '../../src/domain/contact.ts'
import { TidingsError } from '../../src/domain/errors.ts'
import { measureText } from '../../src/domain/sms/sms-text.ts'
import { NO_WAYS } from '../../src/domain/push/push-ways.ts'
import { refuseAll } from '../../src/flows/sms/batch-faults.ts'
import type { PreparedItem } from '../../src/flows/sms/batch.ts'
import { createDryRuns } from '../../src/flows/sending/dry-run.ts'
import { createPushFlow, type PushFlow, type PushFlowParts } from '../../src/flows/push/push.ts'
import type { PreparedSms, SmsAnswer, SmsInput } from '../../src/flows/sms/sms.ts'
import type { HttpParts } from '../../src/http/parts.ts'
import { createEnvelope } from '../../src/providers/fcm/message.ts'
import type { Db } from '../../src/store/db.ts'

/** As if everything about it were known. */
export function prepareSms(input: SmsInput): PreparedSms {
  const message = {
    contact: input.contact as Msisdn,
    subject: input.subject,
    body: input.message,
    text: null,
    sender: null,
    tag: null,
    category: 'transactional',
    onUncertain: 'fail',
    segments: 1,
    encoding: 'gsm7',
    provider: 'sandbox',
    ttlSeconds: 60,
    keyId: null,
    extras: null,
  } as const
  const rules = { replaced: [], quietUntil: null, bill: null }
  return { message, measure: measureText(input.message), choice: null, ...rules, warnings: [] }
}

/** Every item is stored, or refused as it came. */
export function batchStandIn(recorded: PreparedItem[]): HttpParts['batches'] {
  return {
    prepare: async (items) =>
      items.map((item) => {
        if (item instanceof TidingsError) return item
        if (!/^\+[1-9]\d{6,14}$/.test(item.call.contact))
          return new TidingsError('invalid_contact', '`contact` is no phone number')
        const { subject = '', message = '' } = item.call
        return { sms: prepareSms({ ...item.call, subject, message }), idempotency: item.idempotency }
      }),
    store: async (items, { idempotency, partial }) => {
      if (!partial) refuseAll(items)
      return {
        answer: items.map((item, index) => {
          if (item instanceof TidingsError) return { kind: 'refused', refusal: item }
          if ('refusal' in item) return { kind: 'refused', refusal: item.refusal }
          const answer: SmsAnswer = { message_id: index + 1, status: 'queued', segments: 1, encoding: 'gsm7' }
          recorded.push(item)
          return { kind: 'accepted', answer, replayed: false }
        }),
        replayed: idempotency?.key === 'seen',
      }
    },
  }
}

/** Those of the real flow: they ask nobody. */
export function preparePush(): Pick<PushFlow, 'prepareTokens' | 'prepareFound' | 'prepareTopic'> {
  const parts: Pick<PushFlowParts, 'ways' | 'staging' | 'clock'> = {
    ways: NO_WAYS,
    staging: null,
    clock: () => new Date(0),
  }
  const { prepareTokens, prepareFound, prepareTopic } = createPushFlow(parts as PushFlowParts)
  return { prepareTokens, prepareFound, prepareTopic }
}

/** Every list has one known token, and everything is paused. */
export function createDryRunStandIn(): HttpParts['dryRuns'] {
  const query = async (): Promise<object> => ({ rows: [{ known: 1, suppressed: 0 }] })
  return createDryRuns({
    db: { query } as unknown as Db,
    pauses: async () => [{ provider: null, category: null }],
    pushBody: (content, target) => createEnvelope(content, new Date(0)).bodyFor(target),
    clock: () => new Date(0),
  })
}
