import { itemsOf, signalOf, unwrap, type Calls, type CallOptions, type Query, type Schema } from './call.ts'

/** Texts that are sent by name. */
export interface TemplateCalls {
  list(query?: Query<'/templates'>, options?: CallOptions): AsyncIterable<Schema<'TemplateEntry'>>
  /** The latest version, or the one that is asked for. */
  get(name: string, query?: Query<'/templates/{name}'>, options?: CallOptions): Promise<Schema<'Template'>>
  versions(
    name: string,
    query?: Query<'/templates/{name}/versions'>,
    options?: CallOptions,
  ): AsyncIterable<Schema<'TemplateVersion'>>
  /** Stores a template, or a new version of it. */
  put(name: string, template: Schema<'TemplateRequest'>, options?: CallOptions): Promise<Schema<'TemplateStored'>>
  /** What would be sent with these values. */
  preview(
    name: string,
    request: Schema<'TemplatePreviewRequest'>,
    options?: CallOptions,
  ): Promise<Schema<'TemplatePreview'>>
  delete(name: string, options?: CallOptions): Promise<void>
}

export function createTemplateCalls({ raw }: Calls): TemplateCalls {
  return {
    list: (asked = {}, options = {}) =>
      itemsOf(asked, (query) => unwrap(raw.GET('/templates', { params: { query }, ...signalOf(options) }))),
    async get(name, query = {}, options = {}) {
      const asked = { params: { path: { name }, query }, ...signalOf(options) }
      return (await unwrap(raw.GET('/templates/{name}', asked))).data
    },
    versions: (name, asked = {}, options = {}) =>
      itemsOf(asked, (query) => {
        const params = { path: { name }, query }
        return unwrap(raw.GET('/templates/{name}/versions', { params, ...signalOf(options) }))
      }),
    put: (name, body, options = {}) =>
      unwrap(raw.PUT('/templates/{name}', { params: { path: { name } }, body, ...signalOf(options) })),
    async preview(name, body, options = {}) {
      const asked = { params: { path: { name } }, body, ...signalOf(options) }
      return (await unwrap(raw.POST('/templates/{name}/preview', asked))).data
    },
    async delete(name, options = {}) {
      await unwrap(raw.DELETE('/templates/{name}', { params: { path: { name } }, ...signalOf(options) }))
    },
  }
}
