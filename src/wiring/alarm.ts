import type { LoopParts } from '../delivery/loop.ts'
import { raiseAlarms } from '../store/rules/rules.ts'
import type { Dbs } from './dbs.ts'

/** What somebody has to look at: `what` is the one thing of its kind that it is about. */
export interface Alarm {
  readonly rule: 'tokens_kept' | 'vapid_refused'
  readonly what: string
}

/** It is on for so long, unless it comes again. */
const KEPT_SECONDS = 3_600

/** Nobody waits for it. */
export function raiseAlarm(
  { dbs, log }: { readonly dbs: Pick<Dbs, 'work'> } & Pick<LoopParts, 'log'>,
  alarm: Alarm,
): void {
  raiseAlarms(dbs.work, [alarm], KEPT_SECONDS).catch((error: unknown) =>
    log.warn({ event: 'alarm.failed', err: error }, 'an alarm was not stored'),
  )
}
