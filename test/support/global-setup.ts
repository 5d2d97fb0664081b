import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbedded } from '../../src/embedded/postgres.ts'
import { migrate } from '../../src/store/migrate.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A DSN of a role that may make databases. */
    testServerUrl: string
    /** A migrated, empty database that nobody is connected to. */
    testTemplate: string
  }
}

/** One Postgres for the whole run: TEST_DATABASE_URL, or an embedded one that goes away with it. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const server = await openServer(process.env['TEST_DATABASE_URL'])
  const template = `tidings_template_${process.pid}`
  await onServer(server.url, `create database ${template} encoding 'UTF8' template template0`)
  const migration = await migrate(withDatabase(server.url, template))
  if (migration.kind === 'refused') throw new Error(migration.problem)
  project.provide('testServerUrl', server.url)
  project.provide('testTemplate', template)
  return async () => {
    await onServer(server.url, `drop database ${template}`)
    await server.close()
  }
}

async function openServer(given: string | undefined): Promise<{ url: string; close(): Promise<void> }> {
  if (given !== undefined) return { url: given, close: async () => undefined }
  const dataDir = mkdtempSync(join(tmpdir(), 'tidings-test-'))
  // Where root runs the tests, Postgres has another user, which must get in.
  chmodSync(dataDir, 0o711)
  const embedded = await startEmbedded({ dataDir, onRestart: (line) => process.stderr.write(`${line}\n`) })
  const close = async (): Promise<void> => {
    await embedded.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { url: embedded.url, close }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
