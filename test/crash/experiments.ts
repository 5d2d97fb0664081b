import type { Experiment } from './experiment.ts'
import { C1 } from './experiments/c1-kills.ts'
import { C2 } from './experiments/c2-points.ts'
import { C3 } from './experiments/c3-paused.ts'
import { C4 } from './experiments/c4-all-nodes.ts'
import { D3 } from './experiments/d3-lost-commits.ts'

/** All there are, in the order they are run. */
export const EXPERIMENTS: readonly Experiment[] = [C1, C2, C3, C4, D3]
