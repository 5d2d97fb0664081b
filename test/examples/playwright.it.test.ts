import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startInboxNode, type InboxNode } from '../http/inbox-node.ts'
import { chromiumPath } from '../support/chromium.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ROOT } from '../support/documents.ts'
import { freePort, startProgram } from '../support/program.ts'

const runner = createRequire(import.meta.url).resolve('@playwright/test/cli')

describe.skipIf(chromiumPath === null)('the example with Playwright', () => {
  let database: TestDatabase
  let tidings: InboxNode
  let directory: string

  beforeAll(async () => {
    database = await createTestDatabase()
    tidings = await startInboxNode(database.url)
    directory = mkdtempSync(join(tmpdir(), 'tidings-example-'))
  })

  afterAll(async () => {
    await tidings.close()
    await database.drop()
    rmSync(directory, { recursive: true, force: true })
  })

  test('passes as it stands', async () => {
    const program = startProgram(
      [runner, 'test', '--config', 'examples/playwright', '--output', join(directory, 'results')],
      {
        cwd: ROOT,
        env: {
          ...process.env,
          TIDINGS_URL: tidings.url,
          PORT: String(await freePort()),
          CHROMIUM_PATH: chromiumPath ?? '',
          CI: '1',
        },
        log: join(directory, 'log'),
      },
    )
    await program.ended
    expect(program.output()).toContain('1 passed')
  })
})
