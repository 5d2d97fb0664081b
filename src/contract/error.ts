import { Type, type Static } from 'typebox'
import { named } from './words.ts'

/** The answer to every call that fails, whatever the route. */
export const ErrorObject = Type.Object(
  {
    success: Type.Literal(false),
    error: Type.Integer({ minimum: 400, maximum: 599, description: 'The HTTP status, again.' }),
    message: Type.String({ description: 'What is wrong, in words.' }),
    code: Type.String({ pattern: '^[a-z_]+$', description: 'A stable word for it; `docs` explains it.' }),
    docs: Type.String({ description: 'Path of the page about this code, on this service.' }),
    request_id: Type.String({ description: 'The same as in the Request-Id header and in the log.' }),
    details: Type.Optional(
      Type.Array(
        Type.Object(
          {
            path: Type.String({ description: 'Where in the request: `data.count`, `tokens[3]`.' }),
            message: Type.String(),
            suggestion: Type.Optional(Type.String({ description: 'What to write instead.' })),
          },
          { additionalProperties: false },
        ),
        { description: 'Every fault that was found.' },
      ),
    ),
  },
  { $id: 'Error', additionalProperties: false, description: 'A call that failed.' },
)

export type ErrorObject = Static<typeof ErrorObject>

/** One page of the error reference. */
export const ErrorPage = Type.Object(
  {
    code: Type.String(),
    status: Type.Integer(),
    what: Type.String({ description: 'What happened.' }),
    why: Type.String({ description: 'Why it happens.' }),
    fix: Type.String({ description: 'What to do about it.' }),
    retry: Type.String({ description: 'Whether the same call can succeed later.' }),
    charged: Type.String({ description: 'Whether something was sent or paid for.' }),
  },
  { $id: 'ErrorPage', additionalProperties: false },
)

export type ErrorPage = Static<typeof ErrorPage>

export const ErrorPageAnswer = Type.Object(
  { success: Type.Literal(true), data: named<ErrorPage>('ErrorPage') },
  { $id: 'ErrorPageAnswer', additionalProperties: false },
)

export const ErrorPageList = Type.Object(
  { success: Type.Literal(true), data: Type.Array(named<ErrorPage>('ErrorPage')) },
  { $id: 'ErrorPageList', additionalProperties: false },
)
