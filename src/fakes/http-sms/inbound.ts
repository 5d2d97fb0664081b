import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { UsageError } from '../usage.ts'

/** A text that somebody sends to one of the account's numbers; numbers without a plus sign. */
export interface InboundText {
  readonly from: string
  readonly to: string
  readonly text: string
  /** Made unless said. */
  readonly id?: string
  /** Where it goes; where the look-alike was told to send all of them unless said. */
  readonly url?: string
}

const INBOUND = Type.Object(
  {
    from: Type.String(),
    to: Type.String(),
    text: Type.String(),
    id: Type.Optional(Type.String()),
    url: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

/** Throws a `UsageError` for what is none. */
export function readInbound(wish: unknown): InboundText {
  if (Value.Check(INBOUND, wish)) return wish
  throw new UsageError('inbound wants {"from", "to", "text"}, and may have id and url.')
}
