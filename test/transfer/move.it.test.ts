import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeBackup } from '../../src/transfer/backup.ts'
import { closedBecause } from '../../src/transfer/closed.ts'
import { TABLES } from '../../src/transfer/layout.ts'
import { giveUpMove, moveDatabase, type MoveMade } from '../../src/transfer/move.ts'
import { restoreBackup, type TransferParts } from '../../src/transfer/restore.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ACCEPTED, message, scripted, startNode, type TestNode } from '../support/node.ts'
import { until } from '../support/until.ts'
import { createBareDatabase, on, parts, SILENT, SOME_OF_EVERYTHING } from './databases.ts'

let source: TestDatabase
let target: TestDatabase
const nodes: TestNode[] = []

// Each one fills several databases.
beforeEach(async () => {
  ;[source, target] = await Promise.all([createTestDatabase(), createBareDatabase()])
})

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.kill()
  await source.drop()
  await target.drop()
})

function move(more: Partial<TransferParts> = {}, to = target.url): Promise<MoveMade> {
  return moveDatabase({ from: source.url, to, place: 'db.example/tidings', token: 'this move' }, parts(more))
}

/** A node whose provider takes what it gets, and says what that was. */
async function nodeOn(url: string): Promise<{ node: TestNode; sent: string[] }> {
  const sent: string[] = []
  const provider = scripted((sms) => {
    sent.push(sms.text)
    return ACCEPTED
  })
  const node = await startNode(url, { sms: [provider] })
  nodes.push(node)
  return { node, sent }
}

const OPEN = `
  insert into clients (contact) values ('+201009129288');
  insert into messages (client_id, subject, body, provider, status, send_at) values
    (1, 's', 'queued', 'scripted', 'queued', null), (1, 's', 'later', 'scripted', 'scheduled', now() + interval '5 hours');
  insert into messages (client_id, subject, body, provider, status, attempt, started_at, owner) values (1, 's', 'sending', 'scripted', 'sending', 1, now(), 1);
  insert into due (message_id, lane, action, run_at, expires_at)
    select id, 'scripted:transactional', 'send', coalesce(send_at, now()), expires_at from messages where owner is null;
  insert into nodes (name, pid, version, low_message_id, ended_at) values ('n', 1, '0', 1, now());`

async function statuses(url: string): Promise<Record<string, unknown>> {
  const rows = await on(url, 'select body, status from messages')
  const entries = rows.map(({ body, status }): [string, unknown] => [String(body), status])
  return Object.fromEntries(entries)
}

test('what waits is sent from the new place, and nothing from the old one', async () => {
  await on(source.url, OPEN)
  await move()
  expect(await statuses(target.url)).toEqual({ queued: 'queued', later: 'scheduled', sending: 'sending' })
  const { sent } = await nodeOn(target.url)
  await until(async () => (await statuses(target.url))['sending'] === 'uncertain')
  await until(async () => (await statuses(target.url))['queued'] === 'sent')
  expect(sent).toEqual(['queued'])
  expect(await closedBecause(source.url)).toMatch(
    /^This database was moved to db\.example\/tidings on \d{4}-.*DATABASE_URL/,
  )
  await expect(startNode(source.url, { sms: [] })).rejects.toThrow('no node may use this database')
  await expect(move()).rejects.toThrow('was moved to db.example/tidings')
})

test('what waited when a backup was taken is not sent after it was restored; what is new is', async () => {
  await on(source.url, OPEN)
  const directory = mkdtempSync(join(tmpdir(), 'tidings-move-'))
  const path = join(directory, 'one.backup')
  await makeBackup({ url: source.url, path, version: '0.0.0', screen: SILENT, hasStopped: () => false })
  await restoreBackup(path, target.url, parts())
  rmSync(directory, { recursive: true })
  const { node, sent } = await nodeOn(target.url)
  await node.delivery.intake.addSms(message({ body: 'new' }))
  await until(() => sent.includes('new'))
  // It was claimed after whatever was due before it.
  await on(target.url, `update due set run_at = now() where action = 'send'`)
  await until(() => sent.includes('later'))
  expect(sent).toEqual(['new', 'later'])
  expect(await statuses(target.url)).toMatchObject({ queued: 'uncertain', sending: 'uncertain' })
})

test('both places hold the same rows', async () => {
  await on(source.url, SOME_OF_EVERYTHING)
  const { rows, hasKeys } = await move()
  let all = 0
  for (const table of TABLES) {
    const text = `select count(*)::integer as rows, md5(string_agg(t::text, '|' order by t::text collate "C")) as digest from ${table} t`
    const where = table === 'audit' ? ` where act <> 'database.moved'` : ''
    const [there] = await on(target.url, text + where)
    expect([there], table).toEqual(await on(source.url, text))
    all += Number(there?.['rows'])
  }
  expect({ rows, hasKeys }).toEqual({ rows: all, hasKeys: true })
  expect(await on(target.url, `select nextval('messages_id_seq')::integer as id`)).toEqual([{ id: 3_001 }])
})

test('a source that a node uses, or a target that holds anything, is refused, and the source stays open', async () => {
  await on(target.url, 'create table other (id integer)')
  await expect(move()).rejects.toThrow('holds something else (the table other)')
  await expect(move({}, source.url)).rejects.toThrow('are the same database')
  await on(target.url, 'drop table other')
  const { node } = await nodeOn(source.url)
  await expect(move()).rejects.toThrow('A Tidings runs on this database (test, process')
  expect(await closedBecause(source.url)).toBeNull()
  await node.close()
  nodes.pop()
  await move()
  expect(await closedBecause(target.url)).toBeNull()
})

test('a move that was stopped closes both places, and can be finished, or given up as long as it is not through', async () => {
  await on(source.url, SOME_OF_EVERYTHING)
  let asked = 0
  await expect(move({ hasStopped: () => ++asked > 3 })).rejects.toMatchObject({ name: 'TransferStopped' })
  expect(await closedBecause(source.url)).toContain('is being moved to db.example/tidings')
  expect(await closedBecause(target.url)).toContain('only half filled')
  await giveUpMove(source.url)
  expect(await closedBecause(source.url)).toBeNull()
  await expect(move()).rejects.toThrow("The target can't be used. This database is only half filled")
  const other = await createBareDatabase()
  await move({}, other.url)
  await expect(giveUpMove(source.url)).rejects.toThrow('was moved to')
  await other.drop()
})

test('a move that ended between its last two steps is finished by the next call', async () => {
  await on(source.url, OPEN)
  const failing = parts({
    migrate: async (url, upTo) => {
      await parts().migrate(url, upTo)
      // As if the process had ended once the source was marked.
      if (upTo === null) await on(source.url, `update tidings_transfer.mark set done = true`)
      if (upTo === null) throw new Error('ended')
    },
  })
  await expect(move(failing)).rejects.toThrow('ended')
  expect(await closedBecause(target.url)).toContain('only half filled')
  await move()
  expect(await closedBecause(target.url)).toBeNull()
  expect(await statuses(target.url)).toMatchObject({ queued: 'queued' })
})
