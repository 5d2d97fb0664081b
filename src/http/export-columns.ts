import type { Client } from '../contract/history.ts'
import type { AuditEntry } from '../contract/keys.ts'
import type { Delivery, Notification } from '../contract/notifications.ts'
import type { Sms } from '../contract/sms.ts'
import type { Token } from '../contract/tokens.ts'
import { csvLine } from '../domain/csv.ts'
import { STATUSES } from '../domain/status.ts'

type Cell = string | number | null

/** Of a CSV file: its first line, and the line of each row. */
export interface CsvTable<Row> {
  readonly head: string
  line(row: Row): string
}

/** Columns, each with what it takes of a row. */
function table<Row>(columns: readonly (readonly [string, (row: Row) => Cell])[]): CsvTable<Row> {
  return {
    head: csvLine(columns.map(([name]) => name)),
    line: (row) => csvLine(columns.map(([, of]) => of(row))),
  }
}

export const SMS_TABLE = table<Sms>([
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
  ['price', (sms) => sms.price?.amount ?? null],
  ['currency', (sms) => sms.price?.currency ?? null],
])

/** Its counts are a column each, so that they can be added up. */
export const NOTIFICATION_TABLE = table<Notification>([
  ['notification_id', (push) => push.notification_id],
  ['created_at', (push) => push.created_at],
  ['updated_at', (push) => push.updated_at],
  ['topic', (push) => push.topic],
  ['title', (push) => push.title],
  ['body', (push) => push.body],
  ['tag', (push) => push.tag],
  ['category', (push) => push.category],
  ['status', (push) => push.status],
  ['reason', (push) => push.reason],
  ['provider', (push) => push.provider],
  ['targets', (push) => push.targets],
  ...STATUSES.map((status) => [status, (push: Notification): Cell => push.counts[status] ?? 0] as const),
  ['send_at', (push) => push.send_at],
  ['template', (push) => push.template],
  ['resent_from', (push) => push.resent_from],
])

export const DELIVERY_TABLE = table<Delivery>([
  ['token', (delivery) => delivery.token],
  ['kind', (delivery) => delivery.kind],
  ['status', (delivery) => delivery.status],
  ['reason', (delivery) => delivery.reason],
  ['provider_message_id', (delivery) => delivery.provider_message_id],
  ['updated_at', (delivery) => delivery.updated_at],
])

export const CLIENT_TABLE = table<Client>([
  ['client_id', (client) => client.client_id],
  ['contact', (client) => client.contact],
  ['country', (client) => client.country],
  ['messages', (client) => client.messages],
  ['last_message_at', (client) => client.last_message_at],
  ['created_at', (client) => client.created_at],
  ['erased_at', (client) => client.erased_at],
])

export const TOKEN_TABLE = table<Token>([
  ['token_id', (token) => token.token_id],
  ['token', (token) => token.token],
  ['kind', (token) => token.kind],
  ['client', (token) => token.client],
  ['platform', (token) => token.platform],
  ['app', (token) => token.app],
  ['locale', (token) => token.locale],
  ['time_zone', (token) => token.time_zone],
  ['fid', (token) => token.fid],
  ['sent_as', (token) => token.sent_as],
  ['created_at', (token) => token.created_at],
  ['last_seen_at', (token) => token.last_seen_at],
  ['stale_at', (token) => token.stale_at],
  ['last_ok_at', (token) => token.last_ok_at],
  ['retired_at', (token) => token.retired_at],
  ['retired_reason', (token) => token.retired_reason],
  ['undo_until', (token) => token.undo_until],
  ['wrong_project', (token) => token.wrong_project],
])

export const AUDIT_TABLE = table<AuditEntry>([
  ['id', (entry) => entry.id],
  ['at', (entry) => entry.at],
  ['caller', (entry) => entry.caller],
  ['address', (entry) => entry.address],
  ['act', (entry) => entry.act],
  ['what', (entry) => entry.what],
  ['details', (entry) => JSON.stringify(entry.details)],
])
