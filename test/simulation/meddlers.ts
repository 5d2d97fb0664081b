import { cancelChunks, cancelMessage, clearDue } from '../../src/store/past/cancel.ts'
import { addPause, removePauses } from '../../src/store/nodes/pauses.ts'
import type { PauseScope } from '../../src/store/nodes/read-pauses.ts'
import type { Db } from '../../src/store/db.ts'
import type { Machine } from './machine.ts'
import type { Tables } from './model/tables.ts'
import type { Meddling } from './plan.ts'
import type { World } from './world.ts'

export interface MeddlersParts {
  readonly world: World
  readonly tables: Tables
  readonly machines: () => readonly Machine[]
}

/** Those who cancel what was accepted, and pause the service. */
export interface Meddlers {
  meddle(planned: Meddling): void
  /** Whether none of them waits for an answer, or will call again. */
  areDone(): boolean
  /** Messages whose cancelling was answered. */
  readonly cancelled: ReadonlySet<number>
}

const AGAIN_MS = 700

/** No statement is longer on its way. */
const LATE_MS = 60_000

export function createMeddlers({ world, tables, machines }: MeddlersParts): Meddlers {
  const cancelled = new Set<number>()
  let calling = 0

  /** Through whichever node is up, and again until it is answered. */
  function call(work: (db: Db) => Promise<void>): void {
    const machine = machines().find((one) => one.isUp())
    const again = (): void => void world.after(AGAIN_MS, () => call(work))
    if (machine === undefined) return again()
    const told = { value: false }
    world.after(AGAIN_MS * 20, () => !told.value && again())
    machine.process.after(1, () => {
      const tell = (next: () => void): void => {
        if (told.value) return
        told.value = true
        next()
      }
      work(machine.db).then(
        () => tell(() => (calling -= 1)),
        () => tell(again),
      )
    })
  }

  async function cancelSms(db: Db, id: number): Promise<void> {
    const done = await cancelMessage(db, id)
    world.note(`cancel ${id} ${done}`)
    if (!done) return
    cancelled.add(id)
    await clearDue(db, id)
  }

  async function cancelPush(db: Db, id: number): Promise<void> {
    while ((await cancelChunks(db, id)) > 0) world.note(`cancel push ${id}`)
  }

  /** Ends when it has been answered, however often that had to be asked. One that was lost on its way may come into force even later. */
  function pause(scope: PauseScope, forMs: number): void {
    const end = (): void => call((db) => removePauses(db, scope).then(() => world.note('resume')))
    call(async (db) => {
      await addPause(db, scope, null, 'meddler')
      calling += 1
      world.after(forMs, end)
      world.after(LATE_MS, mend)
    })
  }

  function mend(): void {
    if (tables.pauses.rows.size === 0) return
    calling += 1
    call((db) => removePauses(db, { provider: null, category: null }).then(() => undefined))
    world.after(LATE_MS, mend)
  }

  return {
    cancelled,
    areDone: () => calling === 0 && tables.pauses.rows.size === 0,
    meddle(planned) {
      calling += 1
      if (planned.kind === 'pause') return pause(planned, planned.forMs)
      const ids = [...(planned.kind === 'cancel-sms' ? tables.messages : tables.notifications).rows.keys()]
      const id = Number(ids[planned.nth % Math.max(1, ids.length)] ?? 1)
      call((db) => (planned.kind === 'cancel-sms' ? cancelSms(db, id) : cancelPush(db, id)))
    },
  }
}
