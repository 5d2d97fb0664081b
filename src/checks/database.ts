import type { Check } from '../contract/health.ts'
import type { DbClient } from '../store/db.ts'
import { readKeys } from '../store/keys/read-api-keys.ts'
import { listBacklog, listLivingNodes, mayWork, readMigrations, readServer } from '../store/nodes/read-condition.ts'
import { listPauses } from '../store/nodes/read-pauses.ts'
import { failing } from './check.ts'
import { rightsCheck, schemaCheck } from './schema.ts'
import { serverChecks } from './server.ts'
import { keysCheck, type Setup } from './setup.ts'
import { backlogCheck, nodesCheck, pausesCheck } from './work.ts'

export interface DatabaseParts {
  /** Names of the migrations that this version brings. */
  readonly migrations: readonly string[]
  readonly setup: Setup
  readonly now: () => Date
}

/** Beyond this, keys are not looked at. */
const MOST_KEYS = 1_000

/** Everything that the database can tell. Never rejects for a database that can't be asked. */
export async function checkDatabase(client: DbClient, parts: DatabaseParts): Promise<readonly Check[]> {
  try {
    const facts = await readServer(client)
    if (facts === null) return [away('it does not answer as Postgres does')]
    const may = await mayWork(client)
    const told = [...serverChecks(facts, parts.now().getTime()), rightsCheck(facts.mayMigrate, may)]
    if (may === false) return told
    const schema = schemaCheck(await readMigrations(client), parts.migrations)
    return [...told, schema, ...(schema.state === 'ok' ? await workChecks(client, parts) : [])]
  } catch (error) {
    return [away(wordsOf(error))]
  }
}

async function workChecks(client: DbClient, { setup, now }: DatabaseParts): Promise<readonly Check[]> {
  const nodes = nodesCheck(await listLivingNodes(client))
  const backlog = backlogCheck(await listBacklog(client))
  const pauses = pausesCheck(await listPauses(client), now())
  return [nodes, backlog, pauses, keysCheck(await readKeys(client, MOST_KEYS, 0), setup, now())]
}

function away(problem: string): Check {
  return failing('database', {
    what: `The database can’t be used: ${problem}.`,
    why: 'Nothing is accepted that can’t be kept, so every call is refused.',
    fix: ['Start Postgres.', 'See that DATABASE_URL names it: psql "$DATABASE_URL" -c "select 1"'],
    more: 'docs/operations.md#the-database',
  })
}

/** The driver's words name host, port and role, never the password; of several addresses each has its own. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
