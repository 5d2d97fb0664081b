import type { Leavings } from './leavings.ts'
import { addLineParser } from './ndjson.ts'
import type { Accepts } from './overload.ts'
import type { HttpParts, Server } from './parts.ts'
import { pushTokenRoutes } from './routes/push-tokens.ts'
import { smsBatchRoutes } from './routes/sms-batch.ts'
import { tokenBatchRoutes } from './routes/tokens-batch.ts'
import { topicChangeRoutes } from './routes/topic-changes.ts'
import type { Waits } from './waits.ts'

/** Routes that take NDJSON, which none of the others may, and what goes with them. */
export function lineRoutes(scope: Server, parts: HttpParts, gate: Accepts, waits: Waits, leavings: Leavings): void {
  addLineParser(scope)
  smsBatchRoutes(scope, parts, leavings)
  pushTokenRoutes(scope, { parts, gate, waits, leavings })
  tokenBatchRoutes(scope, parts, leavings)
  topicChangeRoutes(scope, { parts, waits, leavings })
}
