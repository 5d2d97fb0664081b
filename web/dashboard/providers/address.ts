/** The address of the page of that name. */
export const PROVIDERS = '/dashboard/providers'

/** Whether an address is its. */
export function isOfProviders(path: string): boolean {
  return path === PROVIDERS
}
