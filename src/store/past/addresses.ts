import type { Device } from '../../domain/push/device.ts'

/** One row of a device: it may have had several tokens, and an installation id. */
export interface Address {
  readonly id: number
  /** What is sent to in its place; null: itself. */
  readonly sentAs: number | null
}

/** An address, and those that stand for it, belong to `address` from now on; where both are the same, it stands for itself. */
export interface Move {
  readonly id: number
  readonly address: number
}

/**
 * Pure. What becomes of the addresses of devices that were just told of, one after the other: the one that was named is the one in use, since
 * an app that gets another one loses the one before. `ids` are those of the devices' own addresses; `known` holds every address that they name, by
 * kind and text, and need not hold new ones.
 */
export function joinAddresses(
  devices: readonly Device[],
  ids: readonly number[],
  known: ReadonlyMap<string, Address>,
): readonly Move[] {
  const sentAs = new Map<number, number>()
  const touched = new Set<number>(ids)
  for (const { id, sentAs: other } of known.values()) if (other !== null) sentAs.set(id, other)

  function inUse(id: number): number {
    let last = id
    for (let next = sentAs.get(last); next !== undefined; next = sentAs.get(last)) last = next
    return last
  }

  for (const [index, { fid }] of devices.entries()) {
    const own = ids[index]
    if (own === undefined) throw new Error(`${ids.length} ids for ${devices.length} devices`)
    const other = fid === null ? undefined : known.get(`fid:${fid}`)?.id
    const joined = [own, other ?? own].flatMap((id) => [id, inUse(id)]).filter((id) => id !== own)
    sentAs.delete(own)
    for (const id of joined) {
      sentAs.set(id, own)
      touched.add(id)
    }
  }
  return [...touched].toSorted((one, other) => one - other).map((id) => ({ id, address: inUse(id) }))
}
