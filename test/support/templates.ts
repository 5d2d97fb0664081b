import { TidingsError } from '../../src/domain/errors.ts'
import type { TemplateSize } from '../../src/domain/templates/template-render.ts'
import type { TemplatePreview, TemplatesFlow } from '../../src/flows/templates/templates.ts'
import type { TemplateRecord } from '../../src/store/templates/read-templates.ts'

const unknown = async (): Promise<never> => {
  throw new TidingsError('unknown_template', 'no template is called so')
}

/** Where nobody made a template. */
export const NO_TEMPLATES: TemplatesFlow = {
  sms: unknown,
  push: unknown,
  wordings: unknown,
  read: async () => null,
  list: async () => [],
  versions: async () => null,
  put: unknown,
  remove: async () => false,
  preview: async () => null,
}

const RECORD: TemplateRecord = {
  name: 'order',
  kind: 'sms',
  version: 2,
  content: {
    default_locale: 'en',
    locales: { en: { subject: 'Order', message: 'Hi {name}, {n} parcels.' } },
    variables: {
      name: { type: 'text', sample: 'Zoë', max_length: 20, required: false },
      n: { type: 'number', sample: 5 },
    },
  },
  createdAt: new Date(0),
}

/** Where there is one, `order`; its answers hold every field that there can be. */
export const ONE_TEMPLATE: TemplatesFlow = {
  ...NO_TEMPLATES,
  read: async (name) => (name === 'order' ? RECORD : null),
  list: async (_after, limit) =>
    ['order', 'parcel']
      .map((name) => ({ ...RECORD, name, defaultLocale: 'en', locales: ['en'], updatedAt: new Date(0) }))
      .slice(0, limit),
  versions: async (name, _before, limit) =>
    name === 'order'
      ? [2, 1].map((version) => ({ version, locales: ['en'], createdAt: new Date(0) })).slice(0, limit)
      : null,
  put: async () => ({ record: RECORD, changed: true, warnings: ['`variables.n` is declared, but no text uses it'] }),
  remove: async (name) => name === 'order',
  preview: async ({ name }) => (name === 'order' ? PREVIEW : null),
}

const SMS_SIZE: TemplateSize = {
  kind: 'sms',
  measure: { encoding: 'ucs2', segments: 1, units: 18, culprit: { character: 'ë', index: 5 } },
}

const PREVIEW: TemplatePreview = {
  record: RECORD,
  locale: 'en',
  fields: { subject: 'Order', message: 'Hi Zoë, 5 parcels.' },
  size: SMS_SIZE,
  sizes: [{ locale: 'en', sample: SMS_SIZE, longest: { kind: 'push', bytes: 70 } }],
  warnings: [],
}
