import type { SmsProvider } from '../domain/provider.ts'

/** The provider with other calls in the place of some of its own; its window stays what it is at each moment. */
export function submitting(
  provider: SmsProvider,
  calls: Partial<Pick<SmsProvider, 'submit' | 'reconcile'>>,
): SmsProvider {
  return Object.defineProperty({ ...provider, ...calls }, 'window', { get: () => provider.window, enumerable: true })
}
