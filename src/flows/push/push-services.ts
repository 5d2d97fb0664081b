import { checkForServices } from '../../domain/push/push-services.ts'
import type { CheckedPushFields } from '../../domain/push/push-fields.ts'
import { refusePush } from './push-faults.ts'

/** Throws TidingsError for content that the push service of one of these addresses would refuse. */
export function refuseForServices(fields: CheckedPushFields, addresses: readonly string[]): void {
  refusePush(checkForServices(fields, addresses))
}
