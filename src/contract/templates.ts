import { Type, type Static } from 'typebox'
import { named, oneOf, textOrNull, TIME, type JsonAny } from './words.ts'

const NAME_PATTERN = '^[a-z][a-z0-9_.-]{0,63}$'

const KIND = oneOf(['sms', 'push'], { description: 'What can be sent with it.' })

const LOCALE = Type.String({ description: 'A language tag (BCP 47).', examples: ['en', 'pt-BR'] })

const VERSION = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })

/** Where a message's words come from; its parts are looked at with the template. */
const use = {
  version: Type.Optional(VERSION),
  locale: Type.Optional(LOCALE),
  variables: Type.Optional(
    Type.Unsafe<Readonly<Record<string, JsonAny>>>({
      type: 'object',
      additionalProperties: { type: ['string', 'number'] },
      maxProperties: 50,
      description: 'A value for each variable of the template.',
    }),
  ),
}

/** In place of a message's words, in any call that sends. */
export const TemplateUse = Type.Object(
  { name: Type.String({ minLength: 1, description: 'Of a template of yours.' }), ...use },
  { $id: 'TemplateUse', additionalProperties: false, description: 'The words come from a template.' },
)

export type TemplateUse = Static<typeof TemplateUse>

export const TemplateVariable = Type.Object(
  {
    type: oneOf(['text', 'number', 'date', 'time', 'url'], {
      description: '`date`: `2026-11-22`; `time`: `2026-11-22T18:30:00+02:00`, shown as the clock says there.',
    }),
    sample: Type.Unsafe<string | number>({
      type: ['string', 'number'],
      description: 'A value such as you will send, for previews and for measuring.',
    }),
    max_length: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000,
        description: 'Of a text (else 100) or url (else 200), in characters.',
      }),
    ),
    required: Type.Optional(
      Type.Boolean({ description: 'False: a text or url may be left out, and is empty then. Else true.' }),
    ),
  },
  { $id: 'TemplateVariable', additionalProperties: false },
)

export type TemplateVariable = Static<typeof TemplateVariable>

const content = {
  kind: KIND,
  default_locale: Type.String({ description: 'One of `locales`: for whoever asks for none of them.' }),
  locales: Type.Unsafe<Readonly<Record<string, Readonly<Record<string, string>>>>>({
    type: 'object',
    minProperties: 1,
    maxProperties: 50,
    additionalProperties: { type: 'object', additionalProperties: { type: 'string', maxLength: 2_000 } },
    description:
      'Language tag to texts: `subject` and `message` for an SMS; `title`, `body` and, if wanted, `link` and `image` for a push. Texts are ICU messages: `{name}`, `{count, plural, one {# order} other {# orders}}`.',
    examples: [{ en: { subject: 'Order', message: 'Hi {name}, your order is on its way.' } }],
  }),
}

const variables = Type.Unsafe<Readonly<Record<string, TemplateVariable>>>({
  type: 'object',
  maxProperties: 50,
  additionalProperties: { $ref: 'TemplateVariable#' },
  description: 'Every variable that a text uses.',
})

export const TemplateRequest = Type.Object(
  { ...content, variables: Type.Optional(variables) },
  { $id: 'TemplateRequest', additionalProperties: false },
)

export type TemplateRequest = Static<typeof TemplateRequest>

const template = {
  name: Type.String({ pattern: NAME_PATTERN }),
  version: VERSION,
  ...content,
  variables,
  created_at: TIME,
}

/** One version of a template. */
export const Template = Type.Object(template, { $id: 'Template', additionalProperties: false })

export type Template = Static<typeof Template>

export const TemplateAnswer = Type.Object(
  { success: Type.Literal(true), data: named<Template>('Template') },
  { $id: 'TemplateAnswer', additionalProperties: false },
)

export type TemplateAnswer = Static<typeof TemplateAnswer>

const WARNINGS = Type.Unsafe<readonly string[]>({ type: 'array', items: { type: 'string' } })

export const TemplateStored = Type.Object(
  {
    success: Type.Literal(true),
    changed: Type.Boolean({ description: 'False: it is the same as the newest version, which stays the newest.' }),
    warnings: WARNINGS,
    data: named<Template>('Template'),
  },
  { $id: 'TemplateStored', additionalProperties: false },
)

export type TemplateStored = Static<typeof TemplateStored>

/** A line of the list of templates. */
export const TemplateEntry = Type.Object(
  {
    name: Type.String(),
    kind: KIND,
    version: VERSION,
    default_locale: Type.String(),
    locales: Type.Array(Type.String()),
    updated_at: TIME,
  },
  { $id: 'TemplateEntry', additionalProperties: false },
)

export type TemplateEntry = Static<typeof TemplateEntry>

const NEXT = textOrNull({ description: 'The `cursor` of the next page; null on the last.' })

export const TemplateList = Type.Object(
  { success: Type.Literal(true), data: Type.Array(named<TemplateEntry>('TemplateEntry')), next: NEXT },
  { $id: 'TemplateList', additionalProperties: false },
)

export type TemplateList = Static<typeof TemplateList>

export const TemplateVersion = Type.Object(
  { version: VERSION, locales: Type.Array(Type.String()), created_at: TIME },
  { $id: 'TemplateVersion', additionalProperties: false },
)

export type TemplateVersion = Static<typeof TemplateVersion>

export const TemplateVersionList = Type.Object(
  { success: Type.Literal(true), data: Type.Array(named<TemplateVersion>('TemplateVersion')), next: NEXT },
  { $id: 'TemplateVersionList', additionalProperties: false },
)

export type TemplateVersionList = Static<typeof TemplateVersionList>

export const TemplatePreviewRequest = Type.Object(use, { $id: 'TemplatePreviewRequest', additionalProperties: false })

export type TemplatePreviewRequest = Static<typeof TemplatePreviewRequest>

const segments = Type.Optional(Type.Integer({ minimum: 1, description: 'Of an SMS.' }))
const encoding = Type.Optional(oneOf(['gsm7', 'ucs2'], { description: 'Of an SMS.' }))
const guilty = Type.Optional(
  Type.Unsafe<{ readonly character: string; readonly index: number }>({
    type: 'object',
    required: ['character', 'index'],
    properties: { character: { type: 'string' }, index: { type: 'integer', minimum: 0 } },
    additionalProperties: false,
    description: 'The first character outside the GSM alphabet: it alone makes the SMS `ucs2`.',
  }),
)
const bytes = Type.Optional(Type.Integer({ minimum: 0, description: 'Of a push: its payload.' }))

export const TemplateSize = Type.Object(
  { encoding, segments, guilty, bytes },
  { $id: 'TemplateSize', additionalProperties: false },
)

export type TemplateSize = Static<typeof TemplateSize>

/** What messages in one locale take. */
export const TemplateLocaleSize = Type.Object(
  { locale: Type.String(), sample: named<TemplateSize>('TemplateSize'), longest: named<TemplateSize>('TemplateSize') },
  {
    $id: 'TemplateLocaleSize',
    additionalProperties: false,
    description:
      '`sample`: with the samples. `longest`: with every text as long as it may be, and the longest branch of each plural and select.',
  },
)

export type TemplateLocaleSize = Static<typeof TemplateLocaleSize>

/** A message that a template would make. */
export const TemplatePreview = Type.Object(
  {
    template: Type.String({ description: '`name@version/locale`' }),
    kind: KIND,
    locale: Type.String({ description: 'The one that serves what was asked for best.' }),
    subject: Type.Optional(Type.String()),
    message: Type.Optional(Type.String()),
    title: Type.Optional(Type.String()),
    body: Type.Optional(Type.String()),
    link: Type.Optional(Type.String()),
    image: Type.Optional(Type.String()),
    encoding,
    segments,
    guilty,
    bytes,
    locales: Type.Array(named<TemplateLocaleSize>('TemplateLocaleSize')),
    warnings: WARNINGS,
  },
  { $id: 'TemplatePreview', additionalProperties: false },
)

export type TemplatePreview = Static<typeof TemplatePreview>

export const TemplatePreviewAnswer = Type.Object(
  { success: Type.Literal(true), data: named<TemplatePreview>('TemplatePreview') },
  { $id: 'TemplatePreviewAnswer', additionalProperties: false },
)

export type TemplatePreviewAnswer = Static<typeof TemplatePreviewAnswer>

/** For the server to register. */
export const TEMPLATE_SCHEMAS = [
  Template,
  TemplateAnswer,
  TemplateEntry,
  TemplateList,
  TemplateLocaleSize,
  TemplatePreview,
  TemplatePreviewAnswer,
  TemplatePreviewRequest,
  TemplateRequest,
  TemplateSize,
  TemplateStored,
  TemplateUse,
  TemplateVariable,
  TemplateVersion,
  TemplateVersionList,
]
