import { Type } from 'typebox'
import { oneOf, wordsOrTemplate } from './words.ts'

/** A schema's part: title and body, or a template and none of them; neither where nothing is to be shown. `others` are needed either way. */
export function pushWords(others: readonly string[] = []): object {
  const showsNothing = { required: ['data_only'], properties: { data_only: { const: true } } }
  return wordsOrTemplate(others, ['title', 'body'], showsNothing)
}

/** A schema's part: a topic, or a condition in its place. */
export const ONE_ADDRESS = {
  if: { required: ['condition'] },
  // A keyword of JSON Schema; nobody awaits a schema.
  // oxlint-disable-next-line unicorn/no-thenable
  then: { properties: { topic: false } },
  else: { required: ['topic'] },
}

/** One word for what each platform calls its own way. */
export const SIMPLE_WORDS = {
  priority: Type.Optional(
    oneOf(['high', 'normal'], { description: '`high` wakes a sleeping device; `normal` may wait until it is awake.' }),
  ),
  collapse_key: Type.Optional(
    // Source: RFC 8030, §5.4: what a push service of the web takes is the least of the three.
    Type.String({
      minLength: 1,
      maxLength: 32,
      pattern: '^[A-Za-z0-9_-]{1,32}$',
      description: 'Of several that wait for a device the last one alone is delivered.',
    }),
  ),
  badge: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 2_147_483_647,
      description: 'The number at the app’s icon, on Apple devices and Android; 0 takes it away on Apple’s.',
    }),
  ),
  sound: Type.Optional(
    Type.String({ minLength: 1, maxLength: 255, description: '`default`, or a file in the app; not in a browser.' }),
  ),
  actions: Type.Optional(
    Type.Array(
      Type.Object(
        {
          action: Type.String({ minLength: 1, description: 'Your word for it.' }),
          title: Type.String({ minLength: 1 }),
          icon: Type.Optional(Type.String({ maxLength: 2_048, pattern: '^https://' })),
        },
        { additionalProperties: false },
      ),
      // Source: Chromium, kNotificationMaxActions; more would not be shown.
      { minItems: 1, maxItems: 2, description: 'Buttons, in a browser.' },
    ),
  ),
  data_only: Type.Optional(
    Type.Boolean({ description: 'Nothing is shown: the app gets `data`. Then there are no `title` and `body`.' }),
  ),
}
