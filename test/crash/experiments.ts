import type { Experiment } from './experiment.ts'
import { C1 } from './experiments/c1-kills.ts'

/** All there are, in the order they are run. */
export const EXPERIMENTS: readonly Experiment[] = [C1]
