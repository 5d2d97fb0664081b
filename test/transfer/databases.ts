import pg from 'pg'
import { migrate } from '../../src/store/migrate.ts'
import type { Screen } from '../../src/transfer/progress.ts'
import type { TransferParts } from '../../src/transfer/restore.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

/** Runs statements, and resolves with the rows of the last one. */
export async function on(url: string, sql: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const answers: unknown = await client.query<Record<string, unknown>>(sql, values)
    const last: unknown = Array.isArray(answers) ? answers.at(-1) : answers
    return (last as pg.QueryResult<Record<string, unknown>>).rows
  } finally {
    await client.end()
  }
}

/** A database in which nobody has made anything yet. */
export async function createBareDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase()
  await on(database.url, 'drop schema public cascade; drop schema tidings_partitions cascade; create schema public')
  return database
}

export const SILENT: Screen = { write: () => undefined, isTerminal: false, columns: () => 80, now: () => 0 }

/** What the program passes in. */
export function parts(more: Partial<TransferParts> = {}): TransferParts {
  return {
    migrate: async (url, upTo) => {
      const migration = await migrate(url, undefined, upTo)
      if (migration.kind === 'refused') throw new Error(migration.problem)
    },
    leaseSeconds: 30,
    screen: SILENT,
    hasStopped: () => false,
    ...more,
  }
}

/** Something in every table, with what is hard to write down: quotes, backslashes, line ends, tabs, letters of many alphabets, nulls. */
export const SOME_OF_EVERYTHING = String.raw`
  insert into nodes (name, pid, version, low_message_id, ended_at, emptied_at) values ('n', 1, '0', 1, now(), now());
  insert into clients (contact) select '+2010091' || 10000 + i from generate_series(1, 40) i;
  insert into messages (client_id, subject, body, text, status, tag, send_at, provider)
    select 1 + i % 40, E'a\tb\\N\n"''\r' || i, repeat('مرحبا 👋 \. \\. ', 1 + i % 20), case when i % 2 = 0 then '' end, 'delivered', 'tag ' || i % 7,
      '2026-01-01 00:00:00.123456+00', 'twilio' from generate_series(1, 3000) i;
  update messages set status = 'sent', expires_at = now() - interval '1 hour' where id = 1;
  insert into attempts (message_id, number, provider, provider_message_id, status) select id, 1, 'twilio', 'SM' || id, 'delivered' from messages;
  update messages set tlvs = '{"0x1400": "1,2 {x}"}', tried = '{"a,b",NULL,""}' where id = 2;
  insert into sms_parts (message_id, attempt, number, total, reference, provider, provider_message_id, status)
    select id, 1, 2, 2, 7, 'smpp', E'p\\\t' || id, 'sent' from messages where id <= 20;
  insert into tokens (token, kind) select 'token ' || i, case when i % 2 = 0 then 'token' else 'fid' end from generate_series(1, 50) i;
  insert into notifications (title, body, content) values ('t', 'b', '{"a": [1, 2.50, null, "\\u00e9"]}');
  insert into push_chunks (notification_id, token_ids, size, settled, tally, lane, done_at) values (1, '{1,2,3}', 3, '\x07', '{"sent": 3}', 'fcm:otp', now());
  insert into tokennotifications (token_id, notification_id, status) select id, 1, 'sent' from tokens where id <= 3;
  insert into due (message_id, lane, action, run_at, expires_at) select 1, 'twilio:otp', 'poll', now(), now();
  insert into parked_receipts (provider, provider_message_id, status) values ('twilio', 'SM0', 'sent');
  insert into unreadable_receipts (provider, command, esm_class, data_coding, source, destination, message, tlvs)
    values ('smpp', 'deliver_sm', 4, 0, '+15005550006', '', '\x0061', '\x');
  insert into idempotency_keys (caller, route, key, fields, resource_id, answer)
    select 'c', 'POST /smss', k, '{}', 1, '{"a": 1}' from unnest('{a,B,b,ä,Z,_,-,"Ａ"}'::text[]) k;
  insert into inbox_changes (tag) values ('x');
  insert into api_keys (public_id, mode, name, scopes, secret_hash, secret_key_mark) values ('ab12CD34ef', 'live', 'n', '{admin}', sha256('x'), 'm');
  insert into audit (caller, act, what) values ('anyone', 'a', 'b');
  insert into templates (name, kind, version, first_version) values ('a', 'sms', 1, 1);
  insert into template_versions (name, version, content) values ('a', 1, '{"b": 1,  "a": 2}');
  update retention set done_id = 7 where kind = 'sms';
  insert into retention_left values ('sms', 3);
  insert into pauses (provider, caller) values ('fcm', 'anyone');
  select ensure_partition('messages', 9, 5000000, 'with (fillfactor = 50)');
  insert into messages (id, client_id, subject, body, status) values (45000001, 1, 's', 'b', 'failed');
`
