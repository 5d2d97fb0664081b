import type { Lease } from '../delivery/lease.ts'
import type { CheckStep } from '../domain/provider.ts'
import type { Db } from '../store/db.ts'

/** Signatures and access tokens carry this machine's time: beyond this it is of no use to others. */
const MOST_SKEW_MS = 60_000

/** What must hold for this node to be sent traffic. */
export async function checkReady(db: Db, lease: Lease, now: () => Date): Promise<readonly CheckStep[]> {
  const skew = await clockSkewMs(db, now).catch(() => null)
  return [
    {
      name: 'database',
      ok: skew !== null,
      detail: skew === null ? 'Postgres does not answer' : 'Postgres answers',
      fix: skew === null ? 'Start Postgres, or mend DATABASE_URL.' : null,
    },
    {
      name: 'lease',
      ok: lease.mayWrite(),
      detail: lease.mayWrite()
        ? 'This node’s lease is fresh'
        : 'This node’s lease could not be renewed; it sends nothing',
      fix: lease.mayWrite() ? null : 'It renews by itself once Postgres answers.',
    },
    clockStep(skew),
  ]
}

function clockStep(skewMs: number | null): CheckStep {
  const ok = skewMs === null || Math.abs(skewMs) < MOST_SKEW_MS
  return {
    name: 'clock',
    ok,
    detail: ok ? 'The clock agrees with Postgres' : `The clock is ${Math.round((skewMs ?? 0) / 1000)} s off Postgres’s`,
    fix: ok ? null : 'Set this machine’s clock; let it follow a time server.',
  }
}

async function clockSkewMs(db: Db, now: () => Date): Promise<number> {
  const { rows } = await db.query<{ ms: number }>({
    name: 'clock',
    text: `select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
  })
  return now().getTime() - (rows[0]?.ms ?? 0)
}
