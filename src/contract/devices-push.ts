import { Type, type Static } from 'typebox'
import { TokensCommon } from './notifications.ts'
import { pushWords } from './push-words.ts'
import { named, PLATFORM } from './words.ts'

/** Named in one list of a filter. */
const MOST_NAMED = 1_000

function listOf(item: object, description: string) {
  return Type.Optional(
    Type.Unsafe<readonly string[]>({ type: 'array', items: item, minItems: 1, maxItems: MOST_NAMED, description }),
  )
}

/** Which devices a push goes to. */
export const DeviceFilter = Type.Object(
  {
    client: Type.Optional(Type.String({ description: 'All devices of this person.', examples: ['+201009129288'] })),
    clients: listOf({ type: 'string' }, 'All devices of these people.'),
    platforms: listOf(PLATFORM, 'Those of these platforms.'),
    apps: listOf({ type: 'string' }, 'Those with these apps.'),
    locales: listOf({ type: 'string' }, 'Those in these languages; `en` stands for `en-GB`, too.'),
    time_zones: listOf({ type: 'string' }, 'Those in these time zones.'),
    seen_within_days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3_650, description: 'Those that were registered within so many days.' }),
    ),
  },
  {
    $id: 'DeviceFilter',
    additionalProperties: false,
    minProperties: 1,
    description: 'Registered devices: all that is said here must hold of one.',
  },
)

export type DeviceFilter = Static<typeof DeviceFilter>

export const DevicesPush = Type.Object(
  { to: named<DeviceFilter>('DeviceFilter'), ...TokensCommon.properties },
  { $id: 'DevicesPush', additionalProperties: false, ...pushWords() },
)

export type DevicesPush = Static<typeof DevicesPush>
