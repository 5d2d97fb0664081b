import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { startBindShares } from '../../src/delivery/bind-shares.ts'
import type { Lease } from '../../src/delivery/lease.ts'
import type { SmsProvider } from '../../src/domain/provider.ts'
import { startFakeSmsc } from '../../src/fakes/smsc.ts'
import { createSmpp } from '../../src/providers/smpp/provider.ts'
import type { Db } from '../../src/store/db.ts'
import { after, optionsOf } from '../providers/smpp/stage.ts'
import { ACCEPTED, ask, message, scripted } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const { start, kill, close } = useNodes()

/** A provider whose binds are up as soon as they are held, and gone as soon as they are not. */
interface Stub {
  readonly provider: SmsProvider
  slots(): readonly number[]
  /** Its process dies, and with it every session. */
  die(): void
}

/** What all stubs hold, by slot, and the slots that were ever held twice. */
interface Books {
  readonly taken: Map<number, object>
  readonly twice: number[]
}

function stubOf(wanted: number, { taken, twice }: Books): Stub {
  const me = {}
  let slots: readonly number[] = []
  let dead = false
  const provider = scripted(() => ACCEPTED, {
    binds: {
      wanted,
      hold(next) {
        if (dead) return
        for (const slot of slots) if (!next.includes(slot)) taken.delete(slot)
        for (const slot of next) {
          if ((taken.get(slot) ?? me) !== me) twice.push(slot)
          taken.set(slot, me)
        }
        slots = next
      },
      held: () => slots,
    },
  })
  return {
    provider,
    slots: () => slots,
    die() {
      for (const slot of slots) taken.delete(slot)
      dead = true
      slots = []
    },
  }
}

test('two binds are one each for two nodes, and both for the one that is left', async () => {
  const books: Books = { taken: new Map(), twice: [] }
  const [first, second] = [stubOf(2, books), stubOf(2, books)]
  const a = await start({ sms: [first.provider] })
  await until(() => first.slots().length === 2)
  const b = await start({ sms: [second.provider] })
  await until(() => first.slots().length === 1 && second.slots().length === 1)
  expect(new Set([...first.slots(), ...second.slots()])).toEqual(new Set([0, 1]))
  first.die()
  await kill(a)
  await until(() => second.slots().length === 2)
  expect(
    await ask(b, `select slot from binds b join nodes n on n.id = b.owner where n.ended_at is null order by slot`),
  ).toEqual([{ slot: 0 }, { slot: 1 }])
  expect(books.twice).toEqual([])
})

test('a node that stops ends its sessions, and the other has them at once', async () => {
  const books: Books = { taken: new Map(), twice: [] }
  const [first, second] = [stubOf(1, books), stubOf(1, books)]
  const a = await start({ sms: [first.provider] })
  await until(() => first.slots().length === 1)
  await start({ sms: [second.provider] })
  expect(second.slots()).toEqual([])
  await close(a)
  expect(first.slots()).toEqual([])
  await until(() => second.slots().length === 1)
  expect(books.twice).toEqual([])
})

test('a database that does not answer keeps no session up', async () => {
  const books: Books = { taken: new Map(), twice: [] }
  const stub = stubOf(1, books)
  const asked: string[] = []
  const hung = new Promise<never>(() => undefined)
  const shares = startBindShares({
    db: { query: ({ name }: { name: string }) => (asked.push(name), hung) } as unknown as Db,
    lease: () => ({ renew: async () => undefined, nodes: () => 1, owner: () => 1 }) as unknown as Lease,
    providers: [stub.provider],
    wait: async () => undefined,
    now: () => 0,
    log: pino({ level: 'silent' }),
    after,
    chance: () => 0,
  })
  stub.provider.binds?.hold([0])
  await until(() => asked.length === 1)
  void shares.close()
  await until(() => stub.slots().length === 0)
})

test('where nobody has binds, nobody asks for them', async () => {
  const node = await start({ sms: [scripted(() => ACCEPTED)] })
  await node.delivery.intake.addSms(message())
  expect(await ask(node, `select from binds`)).toEqual([])
})

test('three nodes send over two binds, and what each of them took goes out once', async () => {
  const fake = await startFakeSmsc({ maxBinds: 2 })
  onTestFinished(() => fake.close())
  const smpp = (): SmsProvider =>
    createSmpp(
      { ...optionsOf(`smpp://look-alike:secret08@127.0.0.1:${fake.port}?binds=2`), name: 'smpp' },
      {
        log: pino({ level: 'silent' }),
        monotonic: () => performance.now(),
        chance: () => 0,
        after,
        takeReceipt: async () => undefined,
        takeInbound: async () => undefined,
        takeUnreadable: async () => undefined,
      },
    )
  const providers = [smpp(), smpp(), smpp()]
  onTestFinished(async () => void (await Promise.all(providers.map((provider) => provider.close()))))
  const nodes = await Promise.all(providers.map((provider) => start({ sms: [provider] })))
  const [anyone] = nodes
  if (anyone === undefined) throw new Error('there are three')
  await until(() => providers.filter(({ window }) => window > 0).length === 2 && fake.binds() === 2)
  const many = nodes.flatMap((node) => Array.from({ length: 30 }, () => node))
  const ids = await Promise.all(many.map((node) => node.delivery.intake.addSms(message({ provider: 'smpp' }))))
  await until(async () => (await ask(anyone, `select from messages where status = 'sent'`)).length === 90)
  expect(new Set(ids).size).toBe(90)
  expect(fake.messages()).toHaveLength(90)
  expect(fake.binds()).toBe(2)
})
