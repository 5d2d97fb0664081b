import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { UsageError } from '../usage.ts'

/** A text that somebody sends to one of the account's numbers. */
export interface InboundText {
  readonly from: string
  readonly to: string
  readonly body: string
  /** What Advanced Opt-Out takes it for; left out unless said, as without that. */
  readonly optOutType?: 'STOP' | 'START' | 'HELP'
  /** Made unless said. */
  readonly sid?: string
  /** 1 unless said. */
  readonly numSegments?: number
  /** Where it goes; where the look-alike was told to send all of them unless said. */
  readonly url?: string
}

const INBOUND = Type.Object(
  {
    from: Type.String(),
    to: Type.String(),
    body: Type.String(),
    optOutType: Type.Optional(Type.Enum(['STOP', 'START', 'HELP'])),
    sid: Type.Optional(Type.String()),
    numSegments: Type.Optional(Type.Integer({ minimum: 1 })),
    url: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

/** Throws a `UsageError` for what is none. */
export function readInbound(wish: unknown): InboundText {
  if (Value.Check(INBOUND, wish)) return wish
  throw new UsageError('inbound wants {"from", "to", "body"}, and may have optOutType, sid, numSegments and url.')
}
