import { useMemo } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import { readAddress, writeAddress, type Address } from './address.ts'

/** Where a person is, and how to get elsewhere; `replace`: without a step back to here. */
export function useAddress(): readonly [Address, (to: Partial<Address>, replace?: boolean) => void] {
  const { url, route } = useLocation()
  const address = useMemo(() => readAddress(url), [url])
  const go = (to: Partial<Address>, replace = false): void => route(writeAddress({ ...address, ...to }), replace)
  return [address, go]
}
