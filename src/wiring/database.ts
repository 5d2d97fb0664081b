import type { Config } from '../settings/config.ts'
import { StartRefusal } from '../embedded/refusal.ts'
import type { Adopted } from '../store/nodes/adopt-rows.ts'
import { linkProblem } from '../store/faults.ts'

/** A Postgres that is fit for use and has this version's schema. */
export interface Database {
  readonly url: string
  /** For people: `./data (new, embedded Postgres 18)`. Holds no secret. */
  readonly label: string
  /** The directory of the embedded Postgres; null: it is another one. */
  readonly files: string | null
  /** The migrations that were missing. */
  readonly applied: readonly string[]
  /** What was taken over from the original application, just now; null: nothing. */
  readonly adopted: Adopted | null
  stop(): Promise<void>
}

/** Opens the configured database or the embedded one, and migrates it. Throws a StartRefusal for what the operator must mend. */
export async function openDatabase(config: Config, onRestart: (line: string) => void): Promise<Database> {
  const server = await openServer(config, onRestart)
  try {
    return { ...server, ...(await prepare(server.url, config.defaultCountry)) }
  } catch (error) {
    await server.stop()
    throw lostDatabase(error, config) ?? error
  }
}

/** What a person reads when the database went away in the middle of the start; null where another thing failed. */
export function lostDatabase(error: unknown, { databaseUrl, dataDir }: Config): StartRefusal | null {
  const problem = linkProblem(error)
  if (problem === null) return null
  const fix =
    databaseUrl === null
      ? `Start again; should it happen again, ${dataDir}/postgres.log says why.`
      : 'See that it stays up (DATABASE_URL says where), then start again.'
  return new StartRefusal(`The database went away during the start: ${problem}. ${fix}`)
}

/** Without touching its schema. */
export async function openServer(
  config: Config,
  onRestart: (line: string) => void,
): Promise<Omit<Database, 'applied' | 'adopted'>> {
  const { databaseUrl, dataDir } = config
  if (databaseUrl !== null)
    return { url: databaseUrl, label: place(databaseUrl), files: null, stop: async () => undefined }
  const { startEmbedded } = await import('../embedded/postgres.ts')
  const embedded = await startEmbedded({ dataDir, onRestart })
  const facts = [
    ...(embedded.fresh ? ['new'] : []),
    `embedded Postgres ${embedded.version}`,
    ...(embedded.elsewhere === null ? [] : [`files in ${embedded.elsewhere}`]),
  ]
  const label = `${dataDir} (${facts.join(', ')})`
  return { url: embedded.url, label, files: embedded.elsewhere ?? dataDir, stop: () => embedded.stop() }
}

async function prepare(url: string, defaultCountry: string | null): Promise<Pick<Database, 'applied' | 'adopted'>> {
  const [{ checkServer, migrate }, { closedBecause }] = await Promise.all([
    import('../store/migrate.ts'),
    import('../transfer/closed.ts'),
  ])
  const problem = await checkServer(url)
  if (problem !== null) throw new StartRefusal(problem)
  const closed = await closedBecause(url)
  if (closed !== null) throw new StartRefusal(closed)
  const migration = await migrate(url, undefined, null, defaultCountry)
  if (migration.kind === 'refused') throw new StartRefusal(migration.problem)
  return { applied: migration.applied, adopted: migration.adopted ?? null }
}

function place(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `Postgres at ${decodeURIComponent(hostname) || 'localhost'}${port === '' ? '' : `:${port}`}${pathname}`
}
