import { expect, test } from 'vitest'
import type { UnreadableReceipt } from '../../src/domain/provider.ts'
import { createUnreadableReceipts } from '../../src/flows/receipts/unreadable-receipts.ts'
import { ask } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'

const { start } = useNodes()

function unreadable(more: Partial<UnreadableReceipt> = {}): UnreadableReceipt {
  return {
    provider: 'smpp',
    command: 'deliver_sm',
    esmClass: 4,
    dataCoding: 0,
    source: '+15005550006',
    destination: '12345',
    message: Buffer.from('what is this'),
    tlvs: Buffer.alloc(0),
    ...more,
  }
}

test('a receipt that can not be read is kept as it came, and told until it is forgotten after 72 hours', async () => {
  const { db, ...node } = await start({})
  const taken: string[] = []
  const [one, other] = [
    createUnreadableReceipts(db, (name) => taken.push(name)),
    createUnreadableReceipts(db, () => {}),
  ]
  await one.take(unreadable({ message: Buffer.from([0, 255]), tlvs: Buffer.alloc(5_000, 1) }))
  expect(taken).toEqual(['smpp'])
  expect(await ask({ db, ...node }, 'select message, octet_length(tlvs) as tlvs from unreadable_receipts')).toEqual([
    { message: Buffer.from([0, 255]), tlvs: 1_024 },
  ])
  expect(one.proposals().map(({ name, detail }) => [name, detail])).toEqual([
    ['smpp: unreadable', 'One receipt of smpp in the last 72 hours could not be read.'],
  ])
  await one.take(unreadable())
  await other.look()
  expect(other.proposals()[0]?.detail).toContain('2 receipts')
  await db.query(`update unreadable_receipts set received_at = now() - interval '73 hours'`)
  await one.look()
  expect(one.proposals()).toEqual([])
})

test('of more than a thousand the newest are kept', async () => {
  const node = await start({})
  const receipts = createUnreadableReceipts(node.db, () => undefined)
  await node.db.query(
    `insert into unreadable_receipts (provider, command, esm_class, data_coding, source, destination, message, tlvs)
     select 'smpp', 'deliver_sm', 4, 0, '', '', '', '' from generate_series(1, 1005)`,
  )
  await receipts.take(unreadable())
  expect(await ask(node, 'select count(*)::integer as count, max(source) as source from unreadable_receipts')).toEqual([
    { count: 1_000, source: '+15005550006' },
  ])
})
