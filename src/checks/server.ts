import type { Check } from '../contract/health.ts'
import type { ServerFacts } from '../store/nodes/read-condition.ts'
import { counted, failing, fine, warning } from './check.ts'

const MORE = 'docs/operations.md#the-database'

/** Signatures and access tokens carry this machine's time: beyond this it is of no use to others. */
const MOST_SKEW_MS = 60_000

/** What one node opens at most. */
const OF_ONE_NODE = 22

/** Pure. `nowMs`: this machine's clock when the facts were read. */
export function serverChecks(facts: ServerFacts, nowMs: number): readonly Check[] {
  return [versionCheck(facts), durabilityCheck(facts), connectionsCheck(facts), clockCheck(facts, nowMs)]
}

function versionCheck({ version, major, standby, encoding }: ServerFacts): Check {
  const fail = (what: string, why: string, ...fix: string[]): Check =>
    failing('database', { what, why, fix, more: MORE })
  if (major < 14 || major > 18)
    return fail(
      `The database is Postgres ${version}.`,
      'Tidings needs Postgres 14 to 18.',
      'Upgrade the server, or set DATABASE_URL to another one.',
    )
  if (standby)
    return fail(
      'The database is a standby.',
      'It takes no writes, so nothing can be accepted.',
      'Set DATABASE_URL to the primary.',
    )
  if (encoding !== 'UTF8')
    return fail(
      `The database’s encoding is ${encoding}.`,
      'Texts would not be kept as they were sent.',
      `Make another database: create database tidings encoding 'UTF8' template template0`,
      'Set DATABASE_URL to it.',
    )
  return fine('database', `Postgres ${version} answers.`)
}

function durabilityCheck({ fsync, synchronousCommit, fullPageWrites }: ServerFacts): Check {
  const settings = { fsync, synchronous_commit: synchronousCommit, full_page_writes: fullPageWrites }
  const off = Object.entries(settings).flatMap(([name, value]) => (value === 'off' ? [name] : []))
  if (off.length === 0) return fine('durability', 'What the database confirms is on its disk.')
  return failing('durability', {
    what: `The database runs with ${off.map((name) => `${name} = off`).join(' and ')}.`,
    why: 'After a crash it may have lost messages that were accepted, or sent already: they would be sent twice.',
    fix: [...off.map((name) => `psql: alter system set ${name} = on`), 'psql: select pg_reload_conf()'],
    more: MORE,
  })
}

function connectionsCheck({ connections, connectionsMost }: ServerFacts): Check {
  const left = connectionsMost - connections
  const what = `${connections} of ${connectionsMost} connections are in use.`
  if (left >= OF_ONE_NODE) return fine('connections', what)
  return warning('connections', {
    what,
    why: `A node opens up to ${OF_ONE_NODE}; ${counted(Math.max(left, 0), 'is', 'are')} left, so that another one may not get its own.`,
    fix: [
      'See who has them: select application_name, count(*) from pg_stat_activity group by 1',
      'Raise max_connections, and restart the server.',
    ],
    more: MORE,
  })
}

function clockCheck({ clock }: ServerFacts, nowMs: number): Check {
  const skewMs = nowMs - clock
  if (Math.abs(skewMs) < MOST_SKEW_MS) return fine('clock', 'The clock agrees with the database’s.')
  return failing('clock', {
    what: `This machine’s clock is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs < 0 ? 'behind' : 'ahead of'} the database’s.`,
    why: 'Providers refuse signatures and access tokens that carry a wrong time.',
    fix: ['Set the clock, and let it follow a time server: timedatectl set-ntp true'],
    more: null,
  })
}
