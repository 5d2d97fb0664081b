import type { ErrorCode } from '../domain/errors.ts'
import { json, type RouteDocs } from './documentation.ts'
import { LARGEST_PAGE, USUAL_PAGE } from './paging.ts'

const NAME_PARAMETER = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', pattern: '^[a-z][a-z0-9_.-]{0,63}$' } },
}

const PAGE_PARAMETERS = {
  type: 'object',
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: LARGEST_PAGE, default: USUAL_PAGE },
    cursor: { type: 'string', description: '`next` of the page before.' },
  },
}

const LINK = { Link: { type: 'string', description: 'The next page (RFC 8288).' } }

const BODY_ERRORS: readonly ErrorCode[] = [
  'invalid_json',
  'invalid_request',
  'body_too_large',
  'unsupported_media_type',
]

export const LIST_DOCS: RouteDocs = {
  operationId: 'listTemplates',
  summary: 'All templates',
  description: 'By name, with the newest version of each.',
  tag: 'templates',
  query: PAGE_PARAMETERS,
  ok: { description: 'A page of templates.', content: json('TemplateList'), headers: LINK },
  errors: ['invalid_request', 'database_unavailable'],
}

export const READ_DOCS: RouteDocs = {
  operationId: 'readTemplate',
  summary: 'A template',
  tag: 'templates',
  params: NAME_PARAMETER,
  query: {
    type: 'object',
    properties: { version: { type: 'integer', minimum: 1, description: 'Else the newest.' } },
  },
  ok: { description: 'One version of it.', content: json('TemplateAnswer') },
  errors: ['invalid_request', 'not_found', 'database_unavailable'],
}

export const PUT_DOCS: RouteDocs = {
  operationId: 'putTemplate',
  summary: 'Make a template, or a new version of it',
  description:
    'The same content again changes nothing. Versions never change, and their numbers are never given out twice. Nodes send with a new version within two seconds. A name stays with its channel.',
  tag: 'templates',
  params: NAME_PARAMETER,
  body: { $ref: 'TemplateRequest#' },
  ok: { description: 'It is kept.', content: json('TemplateStored') },
  errors: [...BODY_ERRORS, 'invalid_template', 'cross_site', 'database_unavailable', 'outcome_unknown', 'storage_full'],
}

export const DELETE_DOCS: RouteDocs = {
  operationId: 'deleteTemplate',
  summary: 'Delete a template',
  description: 'With all its versions. Messages that were made of it keep their words.',
  tag: 'templates',
  params: NAME_PARAMETER,
  ok: { description: 'It is gone.', content: json('Done') },
  errors: ['invalid_request', 'cross_site', 'not_found', 'database_unavailable', 'outcome_unknown'],
}

export const VERSIONS_DOCS: RouteDocs = {
  operationId: 'listTemplateVersions',
  summary: 'The versions of a template',
  description: 'Newest first.',
  tag: 'templates',
  params: NAME_PARAMETER,
  query: PAGE_PARAMETERS,
  ok: { description: 'A page of versions.', content: json('TemplateVersionList'), headers: LINK },
  errors: ['invalid_request', 'not_found', 'database_unavailable'],
}

export const PREVIEW_DOCS: RouteDocs = {
  operationId: 'previewTemplate',
  summary: 'The message that a template makes',
  description: 'With the samples where no variables are given. Also tells what each locale needs at most.',
  tag: 'templates',
  params: NAME_PARAMETER,
  body: { $ref: 'TemplatePreviewRequest#' },
  ok: { description: 'The message. Nothing is sent or stored.', content: json('TemplatePreviewAnswer') },
  errors: [...BODY_ERRORS, 'invalid_variables', 'not_found', 'unknown_template', 'database_unavailable'],
}
