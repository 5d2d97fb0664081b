import { pino } from 'pino'
import { expect, test } from 'vitest'
import { failure } from '../../src/domain/failure.ts'
import type { SmsProvider } from '../../src/domain/provider.ts'
import { askProviders } from '../../src/flows/receipts/asks.ts'
import { ACCEPTED, ask, message, refused, scripted, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const { start } = useNodes()
const forever = new AbortController().signal

async function askNow(node: TestNode, provider: SmsProvider, signal: AbortSignal = forever): Promise<void> {
  await until(
    async () => (await ask(node, `update due set run_at = now() where owner is null returning id`)).length === 1,
  )
  await askProviders({
    db: node.db,
    log: pino({ level: 'silent' }),
    providers: [provider],
    pollWaitsMs: [60_000, 60_000],
    settle: async () => expect.unreachable(),
    chance: () => 1,
    signal,
  })
}

/** How often it was asked, and roughly when it comes again: its lease alone would bring it back after a minute. */
async function waiting(node: TestNode): Promise<Record<string, unknown>> {
  const [question] = await ask(
    node,
    `select action, round, case
      when run_at <= now() then 'at once' when run_at < now() + interval '30 seconds' then 'soon'
      when run_at > now() + interval '2 minutes' then 'later' else 'lease' end as again from due`,
  )
  return question ?? {}
}

test('a question that could not be asked comes again soon, later the older it is, and does not count', async () => {
  const answers = {
    next: async (): Promise<{ kind: 'unanswered' }> => {
      throw new Error('a bug')
    },
  }
  const provider = scripted(() => refused(failure('uncertain', 'timeout')), { reconcile: async () => answers.next() })
  const node = await start({ sms: [provider] })
  await node.delivery.intake.addSms(message({ onUncertain: 'reconcile' }))
  await askNow(node, provider)
  expect(await waiting(node)).toEqual({ action: 'reconcile', round: 0, again: 'soon' })
  answers.next = async () => ({ kind: 'unanswered' })
  for (let round = 0; round < 3; round++) await askNow(node, provider)
  expect(await waiting(node)).toEqual({ action: 'reconcile', round: 0, again: 'soon' })
  await node.db.query(`update attempts set started_at = now() - interval '3 hours'`)
  await askNow(node, provider)
  expect(await waiting(node)).toEqual({ action: 'reconcile', round: 0, again: 'later' })
})

test('a provider without a record of a submission is asked again when that is 55 s old, and 15 s later at least', async () => {
  const provider = scripted(() => refused(failure('uncertain', 'timeout')), {
    reconcile: async () => ({ kind: 'absent' }),
  })
  const node = await start({ sms: [provider] })
  await node.delivery.intake.addSms(message({ onUncertain: 'reconcile' }))
  async function waitAt(age: string): Promise<number> {
    await node.db.query(`update attempts set started_at = now() - $1::interval`, [age])
    await node.db.query(`update due set round = 0`)
    await askNow(node, provider)
    const [row] = await ask(node, `select action, round, extract(epoch from run_at - now())::float8 as wait from due`)
    expect(row).toMatchObject({ action: 'reconcile', round: 1 })
    return Number(row?.['wait'])
  }
  const waits = [await waitAt('0 seconds'), await waitAt('30 seconds'), await waitAt('1 hour')]
  // A slow machine takes its time between the question and the look at what came of it.
  for (const [index, most] of [55, 25, 15].entries()) {
    expect(waits[index]).toBeLessThanOrEqual(most)
    expect(waits[index]).toBeGreaterThan(most - 9)
  }
  await askNow(node, provider)
  expect(await ask(node, `select action from due`)).toEqual([{ action: 'send' }])
})

test('a question that is cut short by a stop is for others at once, and does not count', async () => {
  const stop = new AbortController()
  const provider = scripted(() => ACCEPTED, { poll: async () => (stop.abort(), null) })
  const node = await start({ sms: [provider] })
  await node.delivery.intake.addSms(message())
  await askNow(node, provider, stop.signal)
  expect(await waiting(node)).toEqual({ action: 'poll', round: 0, again: 'at once' })
  await askNow(node, provider)
  expect(await waiting(node)).toMatchObject({ action: 'poll', round: 1 })
})

test('a question goes to the provider whose attempt it is about, wherever the message has gone since', async () => {
  const asked: string[] = []
  const polled = (name: string): SmsProvider =>
    scripted(() => ({ kind: 'accepted', providerMessageId: `of-${name}`, status: 'sent' }), {
      name,
      poll: async (theirs) => (asked.push(`${name} ${theirs}`), null),
    })
  const [one, two] = [polled('one'), polled('two')]
  const node = await start({ sms: [one, two] })
  await node.delivery.intake.addSms(message({ provider: 'one' }))
  await until(async () => (await ask(node, `select from messages where status = 'sent'`)).length === 1)
  // As if it had come back, and had gone out through the other.
  await node.db.query(
    `update messages set provider = 'two', tried = '{one}', provider_message_id = 'of-two', attempt = 2`,
  )
  await node.db.query(
    `insert into attempts (message_id, number, provider, provider_message_id, status) select id, 2, 'two', 'of-two', 'sent' from messages`,
  )
  await askNow(node, one)
  expect(asked).toEqual(['one of-one'])
})
