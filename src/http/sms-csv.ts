import type { Sms } from '../contract/sms.ts'
import { csvLine } from '../domain/csv.ts'

/** Columns of an export, each with what it takes of a message. */
const COLUMNS: readonly (readonly [string, (sms: Sms) => string | number | null])[] = [
  ['message_id', (sms) => sms.message_id],
  ['created_at', (sms) => sms.created_at],
  ['updated_at', (sms) => sms.updated_at],
  ['contact', (sms) => sms.contact],
  ['subject', (sms) => sms.subject],
  ['message', (sms) => sms.message],
  ['sender', (sms) => sms.sender],
  ['tag', (sms) => sms.tag],
  ['category', (sms) => sms.category],
  ['status', (sms) => sms.status],
  ['reason', (sms) => sms.reason],
  ['verdict', (sms) => sms.verdict],
  ['segments', (sms) => sms.segments],
  ['encoding', (sms) => sms.encoding],
  ['provider', (sms) => sms.provider],
  ['provider_message_id', (sms) => sms.provider_message_id],
  ['attempts', (sms) => sms.attempts.length],
  ['uncertain_attempts', (sms) => sms.uncertain_attempts],
  ['send_at', (sms) => sms.send_at],
  ['template', (sms) => sms.template],
  ['resent_from', (sms) => sms.resent_from],
  ['redirected_to', (sms) => sms.redirected_to],
]

export const CSV_HEAD = csvLine(COLUMNS.map(([name]) => name))

export function toCsv(sms: Sms): string {
  return csvLine(COLUMNS.map(([, of]) => of(sms)))
}
