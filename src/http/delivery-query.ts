import { STATUSES, type Status } from '../domain/status.ts'
import { readParameters, type Parameters } from './inbox-parameters.ts'
import { LARGEST_PAGE, readCursor, readLimit, USUAL_PAGE, type Page } from './paging.ts'

/** How `status` stands in the document. */
export const STATUS_PARAMETER = {
  type: 'string',
  enum: [...STATUSES],
  description: 'Those alone that are in this status.',
}

/** What of a notification's targets is asked for. */
export interface DeliveryQuery extends Page {
  /** Null: all of them. */
  readonly status: Status | null
}

/** Throws a TidingsError that names each fault. */
export function readDeliveryQuery(query: unknown): DeliveryQuery {
  const parameters = readParameters(query, ['status', 'limit', 'cursor'])
  const limit = readLimit(parameters.text('limit') ?? undefined)
  const after = readCursor(parameters.text('cursor') ?? undefined)
  if (limit === null) parameters.fault('limit', `\`limit\` must be 1 to ${LARGEST_PAGE}`)
  if (after === null) parameters.fault('cursor', '`cursor` must be the `next` of an earlier page')
  const status = statusOf(parameters)
  parameters.check()
  return { limit: limit ?? USUAL_PAGE, after: after ?? 0, status }
}

/** Null where it isn't given. A fault is left to whoever checks the parameters. */
export function statusOf(parameters: Parameters): Status | null {
  const text = parameters.text('status')
  const status = STATUSES.find((one) => one === text) ?? null
  if (text !== null && status === null) parameters.fault('status', `\`status\` must be one of ${STATUSES.join(', ')}`)
  return status
}
