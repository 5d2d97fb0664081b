import { TidingsError } from '../domain/errors.ts'

/** Sixteen digits may pass 2^53; such an id was never given out, and is checked below. */
const ID = /^[1-9]\d{0,15}$/

/** The id in a path; anything that can't be one is a record that doesn't exist. */
export function readId(params: unknown): number {
  const text = typeof params === 'object' && params !== null && 'id' in params ? params.id : undefined
  const id = typeof text === 'string' && ID.test(text) ? Number(text) : 0
  if (id === 0 || !Number.isSafeInteger(id)) throw new TidingsError('not_found', 'Not Found')
  return id
}

/** Its place in the document. */
export const ID_PARAMETER = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER } },
}
