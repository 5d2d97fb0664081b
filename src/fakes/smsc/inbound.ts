import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { UsageError } from '../usage.ts'

const INBOUND = Type.Object(
  { from: Type.String({ maxLength: 20 }), to: Type.String({ maxLength: 20 }), text: Type.String() },
  { additionalProperties: false },
)

/** Somebody texts: `{"from": "+201009129288", "to": "+15005550006", "text": "STOP"}`. Throws a `UsageError` for anything else. */
export function readInbound(wish: unknown): Static<typeof INBOUND> {
  if (Value.Check(INBOUND, wish)) return wish
  throw new UsageError('A text that comes in has from, to and text.')
}
