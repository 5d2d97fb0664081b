import type { FastifyReply } from 'fastify'
import {
  TemplatePreviewRequest,
  TemplateRequest,
  type Template,
  type TemplateAnswer,
  type TemplateEntry,
  type TemplateList,
  type TemplatePreview,
  type TemplatePreviewAnswer,
  type TemplateSize,
  type TemplateStored,
  type TemplateVersion,
  type TemplateVersionList,
} from '../../contract/templates.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { TemplateSize as Size } from '../../domain/templates/template-render.ts'
import type { LocaleSize } from '../../domain/templates/template-warnings.ts'
import { TEMPLATE_NAME } from '../../domain/templates/template.ts'
import type { TemplatePreview as Preview } from '../../flows/templates/templates.ts'
import type {
  TemplateEntry as Entry,
  TemplateRecord,
  TemplateVersion as Version,
} from '../../store/templates/read-templates.ts'
import { refuse } from '../faults.ts'
import { TEMPLATE_BYTES } from '../limits.ts'
import { refuseOtherSites } from '../other-sites.ts'
import { refuseParameters, unknownParameter } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { nameCursor, readNamePage, readVersionPage, versionCursor } from '../template-pages.ts'
import { DELETE_DOCS, LIST_DOCS, PREVIEW_DOCS, PUT_DOCS, READ_DOCS, VERSIONS_DOCS } from '../template-documentation.ts'

export function templateRoutes(app: Server, parts: HttpParts): void {
  listRoutes(app, parts)
  readRoutes(app, parts)
  deedRoutes(app, parts)
}

function listRoutes(app: Server, { templates }: HttpParts): void {
  app.get('/templates', { config: { docs: LIST_DOCS, scope: 'messages:read' } }, async (request, reply) => {
    const { limit, after } = readNamePage(request.query)
    // One more than asked for tells whether there is a next page.
    const found = await templates.list(after, limit + 1)
    const data = found.slice(0, limit)
    const last = data.at(-1)
    const next = found.length > limit && last !== undefined ? nameCursor(last.name) : null
    linkTo(reply, '/templates', limit, next)
    return { success: true, data: data.map(toEntry), next } satisfies TemplateList
  })

  app.get(
    '/templates/:name/versions',
    { config: { docs: VERSIONS_DOCS, scope: 'messages:read' } },
    async (request, reply) => {
      const name = readName(request.params)
      const { limit, before } = readVersionPage(request.query)
      const found = await templates.versions(name, before, limit + 1)
      if (found === null) throw notFound()
      const data = found.slice(0, limit)
      const last = data.at(-1)
      const next = found.length > limit && last !== undefined ? versionCursor(last.version) : null
      linkTo(reply, `/templates/${name}/versions`, limit, next)
      return { success: true, data: data.map(toVersion), next } satisfies TemplateVersionList
    },
  )
}

function readRoutes(app: Server, { templates }: HttpParts): void {
  app.get('/templates/:name', { config: { docs: READ_DOCS, scope: 'messages:read' } }, async (request) => {
    const name = readName(request.params)
    const record = await templates.read(name, readVersion(request.query))
    if (record === null) throw notFound()
    return { success: true, data: toTemplate(record) } satisfies TemplateAnswer
  })

  app.post(
    '/templates/:name/preview',
    {
      schema: { body: TemplatePreviewRequest },
      config: { docs: PREVIEW_DOCS, scope: 'messages:read', touches: 'none' },
    },
    async (request) => {
      refuseParameters(request.query)
      const name = readName(request.params)
      const preview = await templates.preview({ ...request.body, name })
      if (preview === null) throw notFound()
      return { success: true, data: toPreview(preview) } satisfies TemplatePreviewAnswer
    },
  )
}

function deedRoutes(app: Server, { templates, publicUrl }: HttpParts): void {
  const onRequest = refuseOtherSites(publicUrl)
  app.put(
    '/templates/:name',
    {
      onRequest,
      bodyLimit: TEMPLATE_BYTES,
      schema: { body: TemplateRequest },
      config: { docs: PUT_DOCS, scope: 'admin' },
    },
    async (request) => {
      refuseParameters(request.query)
      const name = newName(request.params)
      const input = { variables: {}, ...request.body }
      const { record, changed, warnings } = await templates.put(name, input, request.caller)
      return { success: true, changed, warnings, data: toTemplate(record) } satisfies TemplateStored
    },
  )

  app.delete('/templates/:name', { onRequest, config: { docs: DELETE_DOCS, scope: 'admin' } }, async (request) => {
    refuseParameters(request.query)
    if (!(await templates.remove(readName(request.params), request.caller))) throw notFound()
    return { success: true }
  })
}

function nameOf(params: unknown): string {
  const name = typeof params === 'object' && params !== null && 'name' in params ? params.name : ''
  return typeof name === 'string' ? name : ''
}

/** Anything that can't be a name is a template that doesn't exist. */
function readName(params: unknown): string {
  const name = nameOf(params)
  if (!TEMPLATE_NAME.test(name)) throw notFound()
  return name
}

function newName(params: unknown): string {
  const name = nameOf(params)
  if (TEMPLATE_NAME.test(name)) return name
  const message = '`name` must begin with a small letter, then small letters, digits and - _ . up to 64 in all'
  throw refuse([{ path: 'name', message }])
}

/** Null: the newest. */
function readVersion(query: unknown): number | null {
  const fields = typeof query === 'object' && query !== null ? Object.entries(query) : []
  const faults = fields.map(([name]) => unknownParameter(name, ['version'])).filter((fault) => fault !== null)
  const text = new Map<string, unknown>(fields).get('version')
  const version = typeof text === 'string' && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null
  if (text !== undefined && version === null) {
    faults.push({ path: 'version', message: '`version` must be a version’s number, 1 or more' })
  }
  if (faults.length > 0) throw refuse(faults)
  return version
}

function notFound(): TidingsError {
  return new TidingsError('not_found', 'Not Found')
}

function linkTo(reply: FastifyReply, path: string, limit: number, next: string | null): void {
  if (next !== null) reply.header('Link', `<${path}?limit=${limit}&cursor=${next}>; rel="next"`)
}

function toTemplate({ name, kind, version, content, createdAt }: TemplateRecord): Template {
  const { default_locale, locales, variables } = content
  return { name, version, kind, default_locale, locales, variables, created_at: createdAt.toISOString() }
}

function toEntry({ name, kind, version, defaultLocale, locales, updatedAt }: Entry): TemplateEntry {
  return {
    name,
    kind,
    version,
    default_locale: defaultLocale,
    locales: [...locales],
    updated_at: updatedAt.toISOString(),
  }
}

function toVersion({ version, locales, createdAt }: Version): TemplateVersion {
  return { version, locales: [...locales], created_at: createdAt.toISOString() }
}

function toPreview({ record, locale, fields, size, sizes, warnings }: Preview): TemplatePreview {
  return {
    template: `${record.name}@${record.version}/${locale}`,
    kind: record.kind,
    locale,
    ...fields,
    ...toSize(size),
    locales: sizes.map(toLocaleSize),
    warnings,
  }
}

function toLocaleSize({ locale, sample, longest }: LocaleSize): TemplatePreview['locales'][number] {
  return { locale, sample: toSize(sample), longest: toSize(longest) }
}

function toSize(size: Size): TemplateSize {
  if (size.kind === 'push') return { bytes: size.bytes }
  const { encoding, segments, culprit } = size.measure
  return { encoding, segments, ...(culprit === null ? {} : { guilty: culprit }) }
}
