import { afterEach, expect, test } from 'vitest'
import type { SmsProvider } from '../../src/domain/provider.ts'
import { startFakeTwilio, type FakeTwilio } from '../../src/fakes/twilio.ts'
import { createHttpCall } from '../../src/providers/http-call.ts'
import { createTwilio } from '../../src/providers/twilio.ts'
import { createLog } from '../../src/wiring/log.ts'
import { openSmsRouting, type SmsRouting } from '../../src/wiring/sms/routing.ts'
import { ACCEPTED, ask, message, scripted, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { CAIRO, FACTS, rule, via } from '../support/routing.ts'
import { seeded } from '../support/seeded.ts'
import { until } from '../support/until.ts'

const { start } = useNodes()

/** Half a minute of a provider's health is one and a half seconds here. */
const SPEED = 20

const fakes: FakeTwilio[] = []
const providers: SmsProvider[] = []

afterEach(async () => {
  for (const one of [...providers.splice(0), ...fakes.splice(0)]) await one.close()
})

interface Stage {
  readonly node: TestNode
  readonly routing: SmsRouting
  /** What became of the ways, in order. */
  readonly states: () => readonly string[]
  /** Since its beginning, in milliseconds of a provider's health. */
  readonly now: () => number
  /** How many each has taken. */
  readonly taken: () => { readonly a: number; readonly b: number }
}

interface Faulty {
  isDown: boolean
}

/** Two look-alikes of Twilio, of which the first says while it is down that it is being maintained. */
async function setStage(faulty: Faulty): Promise<Stage> {
  const down = { refuse: { status: 400, code: 21730 } }
  const a = await startFakeTwilio({ script: () => (faulty.isDown ? down : null) })
  const b = await startFakeTwilio()
  fakes.push(a, b)
  const sms = [adapter('a', a), adapter('b', b)]
  providers.push(...sms)
  const begun = performance.now()
  const now = (): number => (performance.now() - begun) * SPEED
  const states: string[] = []
  const write = (line: string): void => {
    const { event, country, state } = JSON.parse(line) as Record<string, string | null>
    if (event === 'route.health') states.push(`${country ?? '*'} ${state}`)
  }
  const rules = [rule({ via: [via('a')], fallbacks: [via('b')] })]
  const routing = openSmsRouting(
    {
      sms: [],
      routes: { currency: null, rules, senderGroups: new Map(), allowedSenders: null, maxPrice: null },
      allowedCountries: null,
    },
    {
      log: createLog('info', { write }),
      now,
      chance: seeded('7', 'ways'),
      onChoice: () => undefined,
      onFailover: () => undefined,
      onSenderRefused: () => undefined,
    },
  )
  const { onward, detour } = routing
  const node = await start({ sms: sms.map(routing.through), ways: { onward, detour } })
  const taken = (): { a: number; b: number } => ({ a: a.messages().length, b: b.messages().length })
  return { node, routing, states: () => states, now, taken }
}

function adapter(name: string, { accountSid, authToken, url }: FakeTwilio): SmsProvider {
  const sender = { kind: 'from', from: '+15005550006' } as const
  const options = { name, accountSid, authToken, apiKey: null, sender, baseUrl: url, publicUrl: null }
  return createTwilio(options, { call: createHttpCall({ connections: 32 }), now: () => new Date() })
}

/** Calls that come at once. */
const AT_ONCE = 4

/** Accepts messages as calls would, until `isOver`. Returns how many. */
async function sendUntil({ node, routing }: Stage, isOver: () => boolean): Promise<number> {
  const sendOne = async (): Promise<void> => {
    const choice = routing.router.choose(FACTS)
    if (choice === null) throw new Error('there is no route')
    const share = routing.router.take(choice)
    await node.delivery.intake.addSms(message({ contact: CAIRO, provider: choice.provider }))
    share(true)
  }
  let count = 0
  for (; !isOver(); count += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, sendOne))
  return count
}

test(
  'a provider that fails is passed by, tried one message at a time when it is back, and then takes more and more',
  { timeout: 120_000 },
  async () => {
    const faulty = { isDown: false }
    const stage = await setStage(faulty)
    const { states, taken, node } = stage
    const isIn = (state: string) => (): boolean => states().includes(`* ${state}`)
    let sent = await sendUntil(stage, () => taken().a >= 30)
    expect(taken().b).toBe(0)

    faulty.isDown = true
    sent += await sendUntil(stage, isIn('open'))
    const whileOpen = taken()
    sent += await sendUntil(stage, () => taken().b >= whileOpen.b + 20)
    expect(taken().a).toBe(whileOpen.a)

    faulty.isDown = false
    sent += await sendUntil(stage, isIn('half-open'))
    const atFirst = taken()
    expect(atFirst.a).toBe(whileOpen.a)
    sent += await sendUntil(stage, isIn('ramp'))
    const probed = taken()
    // Five good ones close it, of the whole provider and of the country, one at a time each.
    expect(probed.a - atFirst.a).toBeGreaterThanOrEqual(5)
    expect(probed.a - atFirst.a).toBeLessThanOrEqual(12)

    const until20 = stage.now() + 20_000
    sent += await sendUntil(stage, () => stage.now() >= until20)
    const early = taken()
    const until40 = stage.now() + 20_000
    sent += await sendUntil(stage, () => stage.now() >= until40)
    const middle = taken()
    sent += await sendUntil(stage, isIn('closed'))
    const late = taken()
    const shares = [shareOfA(probed, early), shareOfA(early, middle), shareOfA(middle, late)]
    expect(shares).toEqual(shares.toSorted((x, y) => x - y))
    expect(shares[0]).toBeLessThan(0.6)
    expect(shares[2]).toBeGreaterThan(0.5)

    sent += await sendUntil(stage, () => taken().a >= late.a + 30)
    expect(states().filter((state) => state.startsWith('*'))).toEqual(['* open', '* half-open', '* ramp', '* closed'])
    // None was lost on the way, nor sent twice.
    await until(async () => (await ask(node, `select from messages where status = 'sent'`)).length === sent, 20_000)
    const { a, b } = taken()
    expect(a + b).toBe(sent)
  },
)

function shareOfA(from: { a: number; b: number }, to: { a: number; b: number }): number {
  const [a, b] = [to.a - from.a, to.b - from.b]
  return a / Math.max(1, a + b)
}

test('a provider that hangs fills its own window, and takes no place of another', async () => {
  const answers: (() => void)[] = []
  const hung = scripted(() => new Promise((resolve) => answers.push(() => resolve(ACCEPTED))), { name: 'a', window: 4 })
  const [inFlight, most] = [new Set<number>(), { b: 0 }]
  const other = scripted(
    async (sms) => {
      inFlight.add(sms.messageId)
      most.b = Math.max(most.b, inFlight.size)
      await new Promise(setImmediate)
      inFlight.delete(sms.messageId)
      return ACCEPTED
    },
    { name: 'b', window: 8 },
  )
  const node = await start({ sms: [hung, other] })
  const add = (provider: string, count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => node.delivery.intake.addSms(message({ provider }))))
  await add('a', 60)
  await until(() => answers.length === 4)
  await add('b', 200)
  await until(
    async () => (await ask(node, `select from messages where provider = 'b' and status = 'sent'`)).length === 200,
  )
  expect(answers).toHaveLength(4)
  expect(most.b).toBe(8)
  expect(await ask(node, `select from messages where provider = 'a' and status = 'sent'`)).toEqual([])
  await until(async () => {
    for (const answer of answers.splice(0)) answer()
    return (await ask(node, `select from messages where status = 'sent'`)).length === 260
  })
})
