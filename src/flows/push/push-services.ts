import { TidingsError } from '../../domain/errors.ts'
import { checkForServices } from '../../domain/push/push-services.ts'
import type { CheckedPushFields } from '../../domain/push/push-fields.ts'

/** Throws TidingsError for content that the push service of one of these addresses would refuse. */
export function refuseForServices(fields: CheckedPushFields, addresses: readonly string[]): void {
  const faults = checkForServices(fields, addresses)
  const [first] = faults
  if (first === undefined) return
  const code = first.path === '' ? 'push_too_large' : 'invalid_request'
  const where = first.path === '' ? '' : `${first.path}: `
  throw new TidingsError(code, `${where}${first.message}`, { details: faults })
}
