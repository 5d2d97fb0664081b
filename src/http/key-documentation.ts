import { BODY_ERRORS, DEED_ERRORS, json, type RouteDocs } from './documentation.ts'
import { momentParameter } from './history-parameters.ts'
import { LARGEST_PAGE, USUAL_PAGE } from './paging.ts'

const PARAMS = {
  type: 'object',
  required: ['key'],
  properties: { key: { type: 'string', pattern: '^[0-9A-Za-z]{10}$', description: 'The `id` of a key.' } },
}

/** `limit` and `cursor` of a list. */
export const PAGE_QUERY = {
  type: 'object',
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: LARGEST_PAGE, default: USUAL_PAGE },
    cursor: { type: 'string', description: '`next` of the page before.' },
  },
}

export const LINK = { Link: { type: 'string', description: 'The next page (RFC 8288).' } }

export const LIST_DOCS: RouteDocs = {
  operationId: 'listKeys',
  summary: 'API keys, in the order they were made',
  description: 'Revoked and expired ones, too. What makes them keys is in no answer.',
  tag: 'keys',
  query: PAGE_QUERY,
  ok: { description: 'A page of keys.', content: json('KeyList'), headers: LINK },
  errors: ['invalid_request', 'database_unavailable'],
}

export const CREATE_DOCS: RouteDocs = {
  operationId: 'createKey',
  summary: 'Makes an API key',
  description: 'The answer holds the key itself, this once. Whoever comes without a key makes test keys alone.',
  tag: 'keys',
  body: { $ref: 'KeyRequest#' },
  ok: { description: 'Made.', content: json('KeyMade') },
  errors: [...BODY_ERRORS, ...DEED_ERRORS],
}

export const READ_DOCS: RouteDocs = {
  operationId: 'readKey',
  summary: 'One API key, without its secret',
  tag: 'keys',
  params: PARAMS,
  ok: { description: 'The key.', content: json('KeyAnswer') },
  errors: ['not_found', 'database_unavailable'],
}

export const CHANGE_DOCS: RouteDocs = {
  operationId: 'changeKey',
  summary: 'Changes what a key may do',
  description: 'Fields that are left out stay as they are. Works on every node within 5 seconds.',
  tag: 'keys',
  params: PARAMS,
  body: { $ref: 'KeyChange#' },
  ok: { description: 'Changed.', content: json('KeyAnswer') },
  errors: [...BODY_ERRORS, ...DEED_ERRORS, 'not_found', 'last_admin_key', 'key_revoked'],
}

export const ROTATE_DOCS: RouteDocs = {
  operationId: 'rotateKey',
  summary: 'Gives a key another secret',
  description:
    'Id, scopes and limits stay. The secret so far opens for `overlap_seconds` more; one before it no longer does.',
  tag: 'keys',
  params: PARAMS,
  body: { $ref: 'KeyRotation#' },
  ok: { description: 'The key with its other secret.', content: json('KeyMade') },
  errors: [...BODY_ERRORS, ...DEED_ERRORS, 'not_found', 'key_revoked'],
}

export const REVOKE_DOCS: RouteDocs = {
  operationId: 'revokeKey',
  summary: 'Ends a key for good',
  description: 'It opens nothing any more, on this node at once, on every other within 5 seconds.',
  tag: 'keys',
  params: PARAMS,
  ok: { description: 'Revoked, now or before.', content: json('KeyAnswer') },
  errors: ['invalid_request', ...DEED_ERRORS, 'not_found', 'last_admin_key'],
}

/** What the audit is filtered by. */
export const AUDIT_PARAMETERS = {
  caller: { type: 'string', description: 'Who did it, as an entry has it.' },
  act: { type: 'string', description: '`key.created`, or `key.*` for all that concerns keys.' },
  what: { type: 'string', description: 'What it was done to.' },
  since: momentParameter('From then on'),
  until: momentParameter('Earlier than that'),
}

export const AUDIT_DOCS: RouteDocs = {
  operationId: 'listAudit',
  summary: 'What was done to the service itself, newest first',
  description:
    'Keys, templates, pauses, erased people, sign-ins, and what was deleted of the inbox. Entries are added and never changed.',
  tag: 'keys',
  query: { type: 'object', properties: { ...PAGE_QUERY.properties, ...AUDIT_PARAMETERS } },
  ok: { description: 'A page of acts.', content: json('AuditList'), headers: LINK },
  errors: ['invalid_request', 'database_unavailable'],
}
