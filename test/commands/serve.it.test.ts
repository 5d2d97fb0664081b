import { connect, createServer, type Server } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../src/settings/config.ts'
import { StartRefusal } from '../../src/embedded/refusal.ts'
import { createLog } from '../../src/wiring/log.ts'
import { serve } from '../../src/commands/serve.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let link: Server

beforeEach(async () => {
  database = await createTestDatabase()
})

afterEach(async () => {
  await new Promise((resolve) => link.close(resolve))
  await database.drop()
})

/** Leads to the database, but only for so many connections. */
async function linkFor(connections: number): Promise<string> {
  let left = connections
  const url = new URL(database.url)
  const { port, hostname } = url
  link = createServer((client) => {
    if (left === 0) return void client.destroy()
    left -= 1
    const server = connect(Number(port), hostname)
    for (const socket of [client, server]) socket.on('error', () => undefined)
    client.pipe(server).pipe(client)
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => link.listen(0, '127.0.0.1', resolve))
  const address = link.address()
  url.hostname = '127.0.0.1'
  url.port = String(typeof address === 'object' && address?.port)
  return url.href
}

async function refusalOf(databaseUrl: string): Promise<unknown> {
  const reading = readConfig({ DATABASE_URL: databaseUrl })
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  return serve({
    config: reading.config,
    version: '0.0.0',
    log: createLog('silent'),
    terminal: null,
    told: new Promise(() => undefined),
    uptime: () => 0,
    platform: 'linux',
  }).catch((error: unknown) => error)
}

// It looks at the server, at whether it was moved, migrates, and then enters itself, each over a connection of its own.
test.for([1, 2, 3])(
  'a database that goes away after %i connections of the start is told in one line',
  async (count) => {
    const refusal = await refusalOf(await linkFor(count))
    expect(refusal).toBeInstanceOf(StartRefusal)
    expect(String(refusal)).toMatch(/: The database went away during the start: [^\n]+\. See that it stays up [^\n]+$/)
  },
)
