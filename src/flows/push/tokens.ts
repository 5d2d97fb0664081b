import type { Caller } from '../../domain/caller.ts'
import { UNDO_DAYS, type Device, type DeviceFilter } from '../../domain/push/device.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { AddressProjects } from '../../domain/push/push-ways.ts'
import { doneBy, writeAudit } from '../../store/keys/audit.ts'
import type { Db, DbClient } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import {
  readToken,
  readTokens,
  selectDevices,
  type DevicePage,
  type ReachedDevice,
  type TokenRecord,
} from '../../store/push/read-tokens.ts'
import { registerDevices } from '../../store/push/registry.ts'
import { deleteDevices, restoreToken, restoreTokens } from '../../store/push/retired-tokens.ts'
import { inTransaction } from '../../store/transaction.ts'
import { readDevice, readDeviceFilter, type DeviceCall, type FilterCall } from './device-reading.ts'

/** The registry of devices: whose they are, and how they are reached. All throw TidingsError. */
export interface Tokens {
  /** Stores nothing. */
  read(token: string, call: DeviceCall): Device
  /** Enters one, or what has become of it. Resolves after COMMIT. */
  put(token: string, call: DeviceCall): Promise<TokenRecord>
  /** Enters up to 10,000 in one transaction; of an address that stands there twice the last one holds. Resolves with their ids, in order. */
  putAll(devices: readonly Device[]): Promise<readonly number[]>
  /** By its token or its installation id. */
  get(token: string): Promise<TokenRecord>
  /** Takes devices away; says of each name whether there was one. */
  remove(names: readonly string[]): Promise<readonly boolean[]>
  /** Undoes its retirement. */
  restore(token: string, caller: Caller): Promise<TokenRecord>
  /** The same for all that were retired since a time, for this reason (null: any). Resolves with how many there were. */
  restoreSince(since: string, reason: string | null, caller: Caller): Promise<number>
  /** Stores nothing. */
  filter(call: FilterCall): DeviceFilter
  /** Where the devices that are meant can be reached, some thousand at a time; each stands there once. */
  reached(filter: DeviceFilter): AsyncIterable<readonly ReachedDevice[]>
}

export interface TokensParts {
  readonly db: Db
  readonly readDb: Db
  readonly defaultCountry: string | null
  /** Those that pushes go out through. */
  readonly projects: AddressProjects
  /** The database's. */
  readonly clock: () => Date
}

/** Of devices that are read. */
const PAGE = 5_000

const DAY_MS = 86_400_000

export function createTokens({ db, readDb, defaultCountry, projects, clock }: TokensParts): Tokens {
  const reading = () => ({ defaultCountry, now: clock() })

  async function get(token: string): Promise<TokenRecord> {
    const found = await refusing(() => readToken(readDb, token))
    if (found === null) throw new TidingsError('not_found', 'Not Found')
    return found
  }

  return {
    read: (token, call) => readDevice(token, call, reading()),
    put(token, call) {
      const device = readDevice(token, call, reading())
      return refusing(() =>
        inTransaction(db, async (client) => {
          const [record] = await readTokens(client, await registerDevices(client, [device]))
          if (record === undefined) throw new Error('a device was not entered')
          return record
        }),
      )
    },
    putAll: (devices) => refusing(() => inTransaction(db, (client) => enterAll(client, devices))),
    get,
    remove: (names) => refusing(() => inTransaction(db, (client) => deleteDevices(client, names))),
    async restore(token, caller) {
      const { id: named, sentAs } = await get(token)
      const id = sentAs ?? named
      const restored = await refusing(() =>
        inTransaction(db, async (client) => {
          const done = await restoreToken(client, id)
          if (done) await writeAudit(client, { ...doneBy(caller), act: 'token.restored', what: String(id) })
          return done
        }),
      )
      if (!restored) throw nothingToUndo()
      return get(token)
    },
    async restoreSince(text, reason, caller) {
      const since = readSince(text, clock())
      const act = { ...doneBy(caller), act: 'tokens.restored', what: reason ?? '*' }
      let restored = 0
      for (let count = PAGE; count === PAGE; restored += count) {
        count = await refusing(() => restoreTokens(db, since, reason, PAGE))
      }
      const details = { since: since.toISOString(), restored }
      await refusing(() => writeAudit(db, { ...act, details }))
      return restored
    },
    filter: (call) => readDeviceFilter(call, reading()),
    async *reached(filter) {
      for (let after: number | null = 0; after !== null;) {
        const from: number = after
        const page: DevicePage = await refusing(() => selectDevices(readDb, filter, projects, from, PAGE))
        if (page.devices.length > 0) yield page.devices
        after = page.next
      }
    },
  }
}

async function enterAll(client: DbClient, devices: readonly Device[]): Promise<readonly number[]> {
  const nameOf = ({ kind, token }: Device): string => `${kind}:${token}`
  const last = new Map(devices.map((device, index) => [nameOf(device), index]))
  const different = devices.filter((device, index) => last.get(nameOf(device)) === index)
  const entered = await registerDevices(client, different)
  const ids = new Map(different.map((device, index) => [nameOf(device), entered[index] ?? 0]))
  return devices.map((device) => ids.get(nameOf(device)) ?? 0)
}

function readSince(text: string, now: Date): Date {
  const since = new Date(text)
  const agoMs = now.getTime() - since.getTime()
  const message = `\`since\` must be a time no more than ${UNDO_DAYS} days ago: what was retired before is not undone`
  if (agoMs <= UNDO_DAYS * DAY_MS) return since
  throw new TidingsError('invalid_request', message, { details: [{ path: 'since', message }] })
}

function nothingToUndo(): TidingsError {
  return new TidingsError('nothing_to_undo', `It is not retired, or has been for more than ${UNDO_DAYS} days`)
}
