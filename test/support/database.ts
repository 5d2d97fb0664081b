import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

export interface TestDatabase {
  readonly url: string
  /** Ends every connection to it, too. */
  drop(): Promise<void>
}

/** An empty, migrated database of one's own. Only in `*.it.test.ts`, whose project starts the server. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `tidings_test_${randomBytes(6).toString('hex')}`
  await onServer(`create database ${name} template ${inject('testTemplate')}`)
  const url = new URL(inject('testServerUrl'))
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(`drop database ${name} with (force)`) }
}

/** A database with nothing in it, not even our tables. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  const name = `tidings_test_${randomBytes(6).toString('hex')}`
  await onServer(`create database ${name} encoding 'UTF8' template template0`)
  const url = new URL(inject('testServerUrl'))
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(`drop database ${name} with (force)`) }
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('testServerUrl') })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
