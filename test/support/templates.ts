import { TidingsError } from '../../src/domain/errors.ts'
import type { TemplatesFlow } from '../../src/flows/templates.ts'

const unknown = async (): Promise<never> => {
  throw new TidingsError('unknown_template', 'no template is called so')
}

/** Where nobody made a template. */
export const NO_TEMPLATES: TemplatesFlow = {
  sms: unknown,
  push: unknown,
  read: async () => null,
  list: async () => [],
  versions: async () => null,
  put: unknown,
  remove: async () => false,
  preview: async () => null,
}
