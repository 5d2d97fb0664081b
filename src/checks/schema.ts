import type { Check } from '../contract/health.ts'
import { counted, failing, fine, warning } from './check.ts'

const MORE = 'docs/operations.md#the-database'

/** Pure. `applied`: null where there is no schema yet; `ours`: what this version brings. */
export function schemaCheck(applied: readonly string[] | null, ours: readonly string[]): Check {
  const missing = ours.filter((name) => applied?.includes(name) !== true)
  const foreign = (applied ?? []).find((name) => !ours.includes(name))
  if (foreign !== undefined)
    return failing('migrations', {
      what: `The database was migrated by a newer Tidings (${foreign}).`,
      why: 'This version does not know what it would read and write.',
      fix: ['Start the newer version.'],
      more: MORE,
    })
  if (missing.length === 0) return fine('migrations', `All ${ours.length} migrations are applied.`)
  return warning('migrations', {
    what:
      applied === null
        ? 'The database is empty.'
        : `${counted(missing.length, 'migration')} not applied: ${missing.join(', ')}.`,
    why: 'The next start applies them; until then this version can’t run.',
    fix: ['npx tidings migrate'],
    more: MORE,
  })
}

/** Pure. `mayWork`: null where there is nothing to work on yet. */
export function rightsCheck(mayMigrate: boolean, mayWork: boolean | null): Check {
  const lacking = [
    ...(mayWork === false ? ['read and write all of its tables'] : []),
    ...(mayMigrate ? [] : ['make schemas and tables']),
  ]
  if (lacking.length === 0) return fine('rights', 'The database’s role may do what it has to.')
  return failing('rights', {
    what: `The database’s role may not ${lacking.join(', nor ')}.`,
    why: 'Messages are kept in tables, of which new partitions are made from time to time.',
    fix: [
      'In psql, as the owner of the database: grant all on database … to …',
      'grant all on schema public to …',
      'grant all on all tables in schema public to …',
      'grant all on all sequences in schema public to …',
    ],
    more: 'docs/operations.md#the-database',
  })
}
