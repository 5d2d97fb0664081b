import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { UsageError } from '../usage.ts'

/** A text that somebody sends to one of the account's numbers; numbers without a plus sign, as Vonage writes them. */
export interface InboundText {
  readonly from: string
  readonly to: string
  readonly text: string
  /** `text` unless said. */
  readonly type?: 'text' | 'unicode'
  /** Made unless said; a text of several parts has one for each. */
  readonly messageId?: string
  /** As many as the text needs unless said. */
  readonly parts?: number
  /** Where it goes; where the look-alike was told to send all of them unless said. */
  readonly url?: string
}

const INBOUND = Type.Object(
  {
    from: Type.String(),
    to: Type.String(),
    text: Type.String(),
    type: Type.Optional(Type.Enum(['text', 'unicode'])),
    messageId: Type.Optional(Type.String()),
    parts: Type.Optional(Type.Integer({ minimum: 1, maximum: 255 })),
    url: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

/** Throws a `UsageError` for what is none. */
export function readInbound(wish: unknown): InboundText {
  if (Value.Check(INBOUND, wish)) return wish
  throw new UsageError('inbound wants {"from", "to", "text"}, and may have type, messageId, parts and url.')
}
