import { quantile } from '../answers.ts'
import { startCluster, type Cluster } from '../cluster.ts'
import type { Context, Experiment, Result } from '../experiment.ts'
import { onDatabase } from '../on-database.ts'
import { apart, lacksCores } from '../one-core.ts'
import { offer, type Tally } from '../open-loop.ts'
import { watchNode, type Watched } from '../watch-node.ts'

const FULL = { warmMs: 10_000, ms: 20_000 }
const SMALL = { warmMs: 2_000, ms: 4_000 }

const GOAL = { goodput: 0.9, codes: 0.99, growthMb: 150 }

/** Of all connections, those of bulk, of transactional calls, and of one-time codes. */
const CONNECTIONS = { marketing: 256, transactional: 128, otp: 256 }

/** As many calls at once as fill every place there is for them. */
const MOST = 256

/** One-time codes come as ever, while all else comes tenfold. */
const CODES = 0.1

export const L1: Experiment = {
  id: 'L1',
  title: 'ten times the calls that a node can take, with bulk and one-time codes among them',
  goal: `accepted a second ≥ ${GOAL.goodput} × of what it is at once the calls; one-time codes accepted ≥ ${GOAL.codes}; memory + ≤ ${GOAL.growthMb} MB`,
  rounds: 1,
  missing: lacksCores,
  run: (context) => overload(context),
}

interface Turn {
  readonly all: Tally
  readonly codes: Tally
  readonly perSecond: number
}

async function overload({ directory, small }: Context): Promise<Result> {
  const { warmMs, ms } = small ? SMALL : FULL
  const cluster = await startCluster({ directory, nodes: 1 })
  const [node] = cluster.nodes
  if (node === undefined) throw new Error('there is no node')
  const { url } = node
  const together = apart(cluster)
  try {
    const all = { url, category: 'transactional', perSecond: null, connections: MOST } as const
    await offer({ ...all, ms: warmMs })
    const capacity = ((await offer({ ...all, ms })).accepted * 1_000) / ms
    const before = await countMessages(cluster)
    const once = await turn(url, capacity, 1, ms)
    const watch = watchNode(node)
    const tenfold = await turn(url, capacity, 10, ms)
    const watched = await watch.stop()
    return judge(capacity, once, tenfold, watched, (await countMessages(cluster)) - before)
  } finally {
    together()
    await cluster.stop()
  }
}

async function countMessages({ postgres }: Cluster): Promise<number> {
  return onDatabase(postgres.url, async (db) => {
    const { rows } = await db.query<{ count: number }>('select count(*)::integer as count from messages')
    return rows[0]?.count ?? 0
  })
}

async function turn(url: string, capacity: number, times: number, ms: number): Promise<Turn> {
  const bulk = capacity * (times - CODES)
  const [marketing, transactional, codes] = await Promise.all([
    offer({ url, category: 'marketing', perSecond: bulk * 0.6, connections: CONNECTIONS.marketing, ms }),
    offer({ url, category: 'transactional', perSecond: bulk * 0.4, connections: CONNECTIONS.transactional, ms }),
    offer({ url, category: 'otp', perSecond: capacity * CODES, connections: CONNECTIONS.otp, ms }),
  ])
  const all = [marketing, transactional, codes].reduce(plus)
  return { all, codes, perSecond: (all.accepted * 1_000) / ms }
}

function plus(one: Tally, other: Tally): Tally {
  return {
    offered: one.offered + other.offered,
    accepted: one.accepted + other.accepted,
    refused: one.refused + other.refused,
    other: one.other + other.other,
    acceptedMs: one.acceptedMs.concat(other.acceptedMs),
  }
}

function judge(
  capacity: number,
  once: Turn,
  tenfold: Turn,
  { grownBytes, livezMs, livezBad }: Watched,
  stored: number,
): Result {
  const growthMb = grownBytes / 2 ** 20
  const livez = quantile(livezMs, 0.99)
  const goodput = tenfold.perSecond / once.perSecond
  const codes = tenfold.codes.accepted / tenfold.codes.offered
  const accepted = once.all.accepted + tenfold.all.accepted
  const faults = [
    ...(goodput < GOAL.goodput ? [`accepted a second: ${goodput.toFixed(2)} × of once the calls`] : []),
    ...(codes < GOAL.codes ? [`one-time codes accepted: ${(100 * codes).toFixed(2)} %`] : []),
    ...(growthMb > GOAL.growthMb ? [`the node has ${growthMb.toFixed(0)} MB more`] : []),
    ...(stored < accepted ? [`${accepted - stored} accepted and not stored`] : []),
  ]
  return {
    attempted: once.all.offered + tenfold.all.offered,
    acknowledged: accepted,
    ok: Math.min(accepted, stored),
    lost: Math.max(0, accepted - stored),
    duplicated: 0,
    unexpected: 0,
    recovered: 0,
    uncertain: 0,
    recoveriesMs: [],
    figures: [
      `capacity ${capacity.toFixed(0)}/s`,
      `once: ${tell(once)}`,
      `tenfold: ${tell(tenfold)}`,
      `memory + ${growthMb.toFixed(0)} MB`,
      `/livez p99 ${livez.toFixed(0)} ms, not 200: ${livezBad}`,
    ],
    faults,
  }
}

function tell({ all, codes, perSecond }: Turn): string {
  const at = (tally: Tally, share: number): string => quantile(tally.acceptedMs, share).toFixed(0)
  return [
    `offered ${all.offered}`,
    `accepted ${perSecond.toFixed(0)}/s`,
    `refused ${all.refused}`,
    `neither ${all.other}`,
    `p50 ${at(all, 0.5)} p99 ${at(all, 0.99)} ms`,
    `one-time codes ${((100 * codes.accepted) / codes.offered).toFixed(2)} % (refused ${codes.refused}, neither ${codes.other}) p99 ${at(codes, 0.99)} ms`,
  ].join('; ')
}
