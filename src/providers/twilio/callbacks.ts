import type { CallbackReading, ProviderCallback, Receipt } from '../../domain/provider.ts'
import { field, readJson } from './answers.ts'
import { isMessageSid, readErrorCode, toReceipt } from './message.ts'
import { isSigned, queryOf } from './signature.ts'

/** Pure: a status callback, once its signature holds. Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status. */
export function readStatusCallback(callback: ProviderCallback, authTokens: readonly string[]): CallbackReading {
  if (!isSigned(callback, authTokens)) return { kind: 'forged' }
  const get = fieldsOf(callback)
  const [sid, status] = [get('MessageSid'), get('MessageStatus')]
  if (sid === null || !isMessageSid(sid)) return { kind: 'malformed', problem: 'no MessageSid' }
  if (status === null) return { kind: 'malformed', problem: 'no MessageStatus' }
  const query = queryOf(callback.url)
  // `RawDlrDoneDate` names no time zone, so it tells no time.
  const state = { sid, status, errorCode: readErrorCode(get('ErrorCode')), at: null }
  const receipt = toReceipt(state, readAttempt(query.get('attempt')))
  return receipt === null ? { kind: 'ignored' } : { kind: 'receipts', receipts: [receipt] }
}

function fieldsOf(callback: ProviderCallback): (name: string) => string | null {
  if (!queryOf(callback.url).has('bodySHA256')) {
    const form = new URLSearchParams(callback.body.toString())
    return (name) => form.get(name)
  }
  const json = readJson(callback.body)
  return (name) => {
    const value = field(json, name)
    return typeof value === 'string' ? value : null
  }
}

/** `messageId.attempt`, both from 1; up to 15 and 9 digits keep within what a number holds. */
function readAttempt(text: string | null): Receipt['attempt'] {
  const parts = /^([1-9]\d{0,14})\.([1-9]\d{0,8})$/.exec(text ?? '')
  return parts === null ? null : { messageId: Number(parts[1]), number: Number(parts[2]) }
}
