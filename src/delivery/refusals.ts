import { DEFAULT_SENDER_GROUP, OPTED_OUT, type ConsentGroup } from '../domain/consent.ts'
import type { OptOut } from '../store/inbound/opt-outs.ts'
import type { SmsSettlement } from '../store/sms/sms-settle.ts'

/** Who has told a provider that nothing more is wanted, as its refusals say. A code's group is that of its sender's other messages. */
export function refusalsOf(settlements: readonly SmsSettlement[], groupOf: ConsentGroup): OptOut[] {
  const refused = settlements.filter(({ reason }) => reason === OPTED_OUT.reason)
  return refused.map(({ work, provider }) => ({
    contact: work.contact,
    group: groupOf({ ...work, provider, category: 'transactional' }) ?? DEFAULT_SENDER_GROUP,
    keyword: null,
    by: provider,
    inboundId: null,
  }))
}
