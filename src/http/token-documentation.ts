import { BODY_ERRORS, DEED_ERRORS, json, type RouteDocs } from './documentation.ts'
import { NDJSON } from './ndjson.ts'

const TOKEN_PARAMETER = {
  type: 'object',
  required: ['token'],
  properties: {
    token: {
      type: 'string',
      description:
        'The registration token, or the installation id; percent-encoded where it has other characters than - . _ ~.',
    },
  },
}

export const READ_DOCS: RouteDocs = {
  operationId: 'readToken',
  summary: 'A device by its token or installation id',
  tag: 'push',
  params: TOKEN_PARAMETER,
  ok: { description: 'What is known of it.', content: json('TokenAnswer') },
  errors: ['invalid_request', 'not_found', 'database_unavailable'],
}

export const PUT_DOCS: RouteDocs = {
  operationId: 'putToken',
  summary: 'Registers a device',
  description:
    'Whose it is, what it runs, and that it was seen. Call it at each start of your app, and when its token changes: what is said replaces what was, and one that was retired is sent to again. May be repeated.',
  tag: 'push',
  params: TOKEN_PARAMETER,
  body: { $ref: 'DeviceRequest#' },
  ok: { description: 'The device as it is stored.', content: json('TokenAnswer') },
  errors: [...BODY_ERRORS, ...DEED_ERRORS],
}

export const PUT_ALL_DOCS: RouteDocs = {
  operationId: 'putTokens',
  summary: 'Registers many devices',
  description:
    'In JSON up to 10,000, stored with one commit: all of them, or with `partial` those that are good. As NDJSON without an end: the first line is an object with what all have in common, each other line one device (`DeviceItem`); each is answered with a line (`DeviceAnswerItem`) after its commit, in order, and the last line has the counts: `{"done": true, "accepted": 2, "rejected": 0}`. Read while you send. May be repeated.',
  tag: 'push',
  body: { content: { 'application/json': { schema: { $ref: 'DevicesRequest#' } }, ...NDJSON } },
  ok: { description: 'What became of each.', content: { ...json('DevicesAnswer'), ...NDJSON } },
  errors: [...BODY_ERRORS, ...DEED_ERRORS, 'overloaded', 'shutting_down'],
}

export const DELETE_DOCS: RouteDocs = {
  operationId: 'deleteToken',
  summary: 'Takes a device away',
  description:
    'Nothing is sent to it any more, by whichever of its addresses, until it is registered again; what was told of it is forgotten. What was sent to it stays in history.',
  tag: 'push',
  params: TOKEN_PARAMETER,
  ok: { description: 'Taken away.', content: json('TokensDeleted') },
  errors: ['invalid_request', 'not_found', ...DEED_ERRORS],
}

export const DELETE_ALL_DOCS: RouteDocs = {
  operationId: 'deleteTokens',
  summary: 'Takes many devices away',
  description: 'Up to 1,000, with one commit. Those that are not there are passed over.',
  tag: 'push',
  body: { $ref: 'TokensDelete#' },
  ok: { description: 'Taken away.', content: json('TokensDeleted') },
  errors: [...BODY_ERRORS, ...DEED_ERRORS],
}

export const RESTORE_DOCS: RouteDocs = {
  operationId: 'restoreToken',
  summary: 'Undoes a retirement',
  description:
    'Within 30 days; the device is sent to again. Should its push service still not know it, it is retired again.',
  tag: 'push',
  params: TOKEN_PARAMETER,
  ok: { description: 'The device as it is now.', content: json('TokenAnswer') },
  errors: [...BODY_ERRORS, 'not_found', 'nothing_to_undo', ...DEED_ERRORS],
}

export const RESTORE_ALL_DOCS: RouteDocs = {
  operationId: 'restoreTokens',
  summary: 'Undoes all retirements since a time',
  description: 'For a wave of them that was a mistake: wrong credentials, a bad deploy. At most 30 days back.',
  tag: 'push',
  body: { $ref: 'TokensRestore#' },
  ok: { description: 'Undone.', content: json('TokensRestored') },
  errors: [...BODY_ERRORS, ...DEED_ERRORS],
}
