import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { measureText } from '../../src/domain/sms/sms-text.ts'
import { migrate } from '../../src/store/migrate.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ORIGINAL_ROWS, ORIGINAL_SCHEMA } from '../support/original-application.ts'

let database: TestDatabase

beforeEach(async () => {
  database = await createEmptyDatabase()
})

afterEach(() => database.drop())

test('every message keeps its id, its words and its time, which is UTC, and waits for nothing', async () => {
  await ask(ORIGINAL_SCHEMA + ORIGINAL_ROWS)
  // What a session takes a time without a zone for must not matter.
  await ask(`do $$ begin execute format('alter database %I set timezone = ''Asia/Tokyo''', current_database()); end $$`)
  await adoptIt()
  const rows = await ask(
    `select id, client_id, subject, body, time, status, reason, provider, owner from messages order by id`,
  )
  const fate = { status: 'uncertain', reason: 'adopted', provider: 'adopted', owner: null }
  const codes = rows.slice(0, 2)
  expect(codes).toEqual([
    {
      id: '1',
      client_id: '1',
      subject: 'Code',
      body: 'Your code is 482913',
      time: new Date('2021-03-01T14:02:11.5Z'),
      ...fate,
    },
    {
      id: '2',
      client_id: '1',
      subject: 'Code',
      body: 'Your code is 482914',
      time: new Date('2021-03-02T08:00:00Z'),
      ...fate,
    },
  ])
  expect(rows.map(({ id, client_id: client }) => [id, client])).toEqual([
    ...[
      ['1', '1'],
      ['2', '1'],
      ['3', '2'],
      ['4', '1'],
      ['6', '9'],
      ['9', '5'],
      ['10', '1'],
    ],
  ])
  expect(await ask('select from due union all select from attempts')).toEqual([])
  // Without a time of its own: that of the next one.
  expect(rows[2]).toMatchObject({ subject: '', body: '', time: new Date('2021-03-04T00:00:00Z') })
})

test('of clients with one number, in whatever spelling, and of tokens the first stays', async () => {
  await ask(ORIGINAL_SCHEMA + ORIGINAL_ROWS)
  expect(await adoptIt()).toEqual({
    ...{ messages: 7, messagesOfNobody: 2, timeless: 2, clients: 2, clientsMerged: 3 },
    ...{ tokens: 2, tokensMerged: 1, notifications: 3, deliveries: 3, pairsMerged: 2, leftOut: 3 },
  })
  const clients = await ask('select id, contact, erased_at is null as known from clients order by id')
  expect(clients).toEqual([
    { id: '1', contact: '+201009129288', known: true },
    { id: '2', contact: '+15005550006', known: true },
    { id: '5', contact: 'erased:5', known: false },
    { id: '8', contact: 'erased:8', known: false },
    { id: '9', contact: 'erased:9', known: false },
  ])
  expect(await ask('select id, token, kind from tokens order by id')).toEqual([
    { id: '1', token: 'token-a', kind: 'token' },
    { id: '2', token: 'token-b', kind: 'token' },
  ])
})

test('a notification keeps its targets, each once; one without any counts as one', async () => {
  await ask(ORIGINAL_SCHEMA + ORIGINAL_ROWS)
  await adoptIt()
  expect(await ask('select id, title, targets, tally, time from notifications order by id')).toEqual([
    { id: '1', title: 'Title', targets: 2, tally: { uncertain: 2 }, time: new Date('2021-03-01T10:00:00Z') },
    { id: '2', title: 'To a topic', targets: 1, tally: { uncertain: 1 }, time: new Date('2021-03-03T10:00:00Z') },
    { id: '5', title: '', targets: 1, tally: { uncertain: 1 }, time: new Date('2021-03-03T10:00:00Z') },
  ])
  const pairs = await ask('select id, token_id, notification_id, status, reason from tokennotifications order by id')
  expect(pairs.map((pair) => Object.values(pair))).toEqual([
    ['1', '1', '1', 'uncertain', 'adopted'],
    ['2', '2', '1', 'uncertain', 'adopted'],
    ['4', '1', '5', 'uncertain', 'adopted'],
  ])
})

test('segments are counted as those of any message', async () => {
  await ask(ORIGINAL_SCHEMA + ORIGINAL_ROWS)
  const texts = [
    'a'.repeat(160),
    'a'.repeat(161),
    '{'.repeat(81),
    '🙂'.repeat(35),
    '🙂'.repeat(36),
    `é${'x'.repeat(306)}`,
  ]
  for (const [index, text] of texts.entries()) {
    await ask('insert into messages (id, body, time, client_id) values ($1, $2, now(), 1)', [100 + index, text])
  }
  await adoptIt()
  const rows = await ask('select body, segments, encoding from messages')
  for (const { body, segments, encoding } of rows) {
    expect({ body, segments, encoding }).toEqual({ body, ...pick(measureText(String(body))) })
  }
})

test('new rows have ids after the last that was ever given out', async () => {
  await ask(ORIGINAL_SCHEMA + ORIGINAL_ROWS)
  await adoptIt()
  const [row] = await ask(`
    select nextval('clients_id_seq') as client, nextval('messages_id_seq') as message, nextval('tokens_id_seq') as token,
      nextval('notifications_id_seq') as notification, nextval('tokennotifications_id_seq') as pair`)
  expect(row).toEqual({ client: '10', message: '13', token: '5', notification: '6', pair: '8' })
})

test('ids far apart have the partitions they need', async () => {
  await ask(ORIGINAL_SCHEMA + ORIGINAL_ROWS)
  await ask(`insert into messages (id, body, client_id) values (2000000000, 'far', 1)`)
  await ask(`insert into notifications (id, title) values (250000, 'far')`)
  await ask('insert into tokennotifications (id, token_id, notification_id) values (77, 2, 250000)')
  await adoptIt()
  await ask(`insert into messages (client_id, subject, body) values (1, '', '')`)
  expect(await ask('select max(id) as last from messages')).toEqual([{ last: '2000000001' }])
})

test('the schema is that of any other database of ours', async () => {
  await ask(ORIGINAL_SCHEMA + ORIGINAL_ROWS)
  await adoptIt()
  const plain = await createTestDatabase()
  try {
    expect(await schemaOf(database.url)).toEqual(await schemaOf(plain.url))
  } finally {
    await plain.drop()
  }
  expect(await migrate(database.url)).toEqual({ kind: 'migrated', applied: [] })
})

test('columns may be text or bigint, keys and sequences have other names, times a zone, and Alembic be unknown', async () => {
  await ask(ORIGINAL_SCHEMA + ORIGINAL_ROWS)
  await ask(`
    drop table alembic_version;
    alter table messages rename constraint messages_client_id_fkey to other_name;
    alter table messages alter id type bigint, alter body type text;
    alter table messages alter time type timestamptz using time at time zone 'UTC';
    alter sequence messages_id_seq owned by none;
    alter sequence clients_id_seq rename to people_seq;`)
  await adoptIt()
  expect(await ask('select time from messages where id = 1')).toEqual([{ time: new Date('2021-03-01T14:02:11.5Z') }])
  expect(await ask(`select nextval('messages_id_seq') as next`)).toEqual([{ next: '13' }])
})

test('an original application without a row is adopted, too', async () => {
  await ask(ORIGINAL_SCHEMA)
  expect(await adoptIt()).toMatchObject({ messages: 0, clients: 0, tokens: 0 })
})

test('contacts without a country code are read in the default country', async () => {
  await ask(`${ORIGINAL_SCHEMA} insert into clients (contact) values ('01009129288'), ('+201009129288')`)
  expect(await migrate(database.url)).toMatchObject({
    kind: 'refused',
    problem: expect.stringMatching(/row 1 by `id`.*DEFAULT_COUNTRY/) as unknown,
  })
  expect(await migrate(database.url, undefined, null, 'EG')).toMatchObject({
    adopted: { clients: 1, clientsMerged: 1 },
  })
})

test('of several nodes that start together one adopts and the others find it done', async () => {
  await ask(ORIGINAL_SCHEMA + ORIGINAL_ROWS)
  const migrations = await Promise.all([1, 2, 3].map(() => migrate(database.url)))
  expect(migrations.filter((one) => one.kind === 'migrated' && one.adopted !== undefined)).toHaveLength(1)
  expect(migrations.map(({ kind }) => kind)).toEqual(['migrated', 'migrated', 'migrated'])
})

async function adoptIt(): Promise<unknown> {
  const migration = await migrate(database.url)
  if (migration.kind === 'refused') throw new Error(migration.problem)
  return migration.adopted
}

async function schemaOf(url: string): Promise<unknown> {
  return ask(
    `select table_schema, table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
     where table_schema = 'public' order by 1, 2, ordinal_position`,
    [],
    url,
  )
}

function pick({ segments, encoding }: { segments: number; encoding: string }): { segments: number; encoding: string } {
  return { segments, encoding }
}

async function ask(
  statement: string,
  values: readonly unknown[] = [],
  url = database.url,
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement, values.length === 0 ? undefined : [...values])).rows
  } finally {
    await client.end()
  }
}
