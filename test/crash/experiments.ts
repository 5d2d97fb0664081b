import type { Experiment } from './experiment.ts'
import { A1 } from './experiments/a1-availability.ts'
import { C1 } from './experiments/c1-kills.ts'
import { C2 } from './experiments/c2-points.ts'
import { C2M } from './experiments/c2m-migration.ts'
import { C3 } from './experiments/c3-paused.ts'
import { C4 } from './experiments/c4-all-nodes.ts'
import { C5 } from './experiments/c5-rolling-restart.ts'
import { C6 } from './experiments/c6-bugs.ts'
import { C7, C7P } from './experiments/c7-poison.ts'
import { C8 } from './experiments/c8-push-providers.ts'
import { C9 } from './experiments/c9-batches.ts'
import { D1 } from './experiments/d1-postgres.ts'
import { D2 } from './experiments/d2-restarts.ts'
import { D3 } from './experiments/d3-lost-commits.ts'
import { D4 } from './experiments/d4-slow-postgres.ts'
import { D5 } from './experiments/d5-full-volume.ts'
import { D8 } from './experiments/d8-refusing-postgres.ts'
import { L1 } from './experiments/l1-overload.ts'
import { L3 } from './experiments/l3-idempotency.ts'
import { L4 } from './experiments/l4-opt-outs.ts'
import { L5 } from './experiments/l5-soak.ts'
import { L6 } from './experiments/l6-million.ts'
import { N1 } from './experiments/n1-database-cut-off.ts'
import { N2, N2F } from './experiments/n2-answers-lost.ts'
import { T1 } from './experiments/t1-clocks.ts'
import { T3 } from './experiments/t3-database-clock.ts'
import { P1 } from './experiments/p1-refusals.ts'
import { P2 } from './experiments/p2-provider.ts'
import { P3 } from './experiments/p3-fcm.ts'
import { P5 } from './experiments/p5-smsc.ts'
import { P6 } from './experiments/p6-malformed.ts'
import { P7 } from './experiments/p7-receipts.ts'
import { P8 } from './experiments/p8-callbacks.ts'
import { P10 } from './experiments/p10-webhooks.ts'
import { P11 } from './experiments/p11-dead-provider.ts'
import { P12 } from './experiments/p12-hung-provider.ts'
import { S1 } from './experiments/s1-nodes.ts'
import { S2 } from './experiments/s2-cost.ts'
import { U1 } from './experiments/u1-upgrade.ts'

/** All there are, in the order they are run. */
export const EXPERIMENTS: readonly Experiment[] = [
  C1,
  C2,
  C2M,
  C3,
  C4,
  C5,
  C6,
  C7,
  C7P,
  C8,
  C9,
  D1,
  D2,
  D3,
  D4,
  D5,
  D8,
  P1,
  P2,
  P3,
  P5,
  P6,
  P7,
  P8,
  P10,
  P11,
  P12,
  L1,
  L3,
  L4,
  L5,
  L6,
  N1,
  N2,
  N2F,
  T1,
  T3,
  A1,
  S1,
  S2,
  U1,
]
