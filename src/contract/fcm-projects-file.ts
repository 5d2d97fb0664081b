import { Type } from 'typebox'

const STRICT = { additionalProperties: false } as const

const CREDENTIALS = Type.Union(
  [
    Type.String({ minLength: 1, description: 'A path to the key file, from this file.' }),
    Type.Object(
      { env: Type.String({ minLength: 1, description: 'A variable with the key file’s JSON, or a path to it.' }) },
      STRICT,
    ),
  ],
  {
    description:
      'Of a service account; left out, Google’s application default credentials, and then `project_id` is needed.',
  },
)

const PROJECT = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z][a-z0-9-]{0,27}$',
      description: 'As calls name it; its provider is called `fcm-` and this name. `fcm` is called just so.',
    }),
    credentials: Type.Optional(CREDENTIALS),
    project_id: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9.:-]{0,99}$',
        description: 'The project’s id at Google; else the one that the credentials name.',
      }),
    ),
    apps: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        description: 'Devices that are registered for one of these apps belong to this project.',
      }),
    ),
    default: Type.Optional(
      Type.Boolean({ description: 'It has the devices whose app is no project’s, where the call names none.' }),
    ),
    messages_per_minute: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100_000_000, description: 'Else `FCM_MESSAGES_PER_MINUTE`.' }),
    ),
    ramp_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600, description: 'Else `FCM_RAMP_SECONDS`.' })),
    connections: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Else `FCM_CONNECTIONS`.' })),
    base_url: Type.Optional(Type.String({ pattern: '^https?://', description: 'Else `FCM_BASE_URL`.' })),
  },
  STRICT,
)

/** FCM_PROJECTS_FILE, for editors to complete and check. Tidings says besides what does not fit together. */
export const FCM_PROJECTS_FILE_SCHEMA = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    projects: Type.Array(PROJECT, { minItems: 1, description: 'One of them is the default.' }),
  },
  {
    ...STRICT,
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'FCM_PROJECTS_FILE of Tidings',
  },
)
